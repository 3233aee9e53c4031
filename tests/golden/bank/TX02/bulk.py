"""Sessions that write many rows at once."""


def save_all(session, rows):
    try:
        session.bulk_save_objects(rows)
    except DatabaseError:
        log.warning("some rows were not saved")
    finally:
        session.commit()  # flag


def save_or_undo(session, rows):
    try:
        session.bulk_save_objects(rows)
        session.commit()
    except DatabaseError:
        session.rollback()
        raise  # near: undone and told
