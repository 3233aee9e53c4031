def 利息（本金，利率）：
    """单利。"""
    return round（本金 * 利率， 2）
