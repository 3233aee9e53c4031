"""What models are trained on."""

from sklearn.linear_model import LogisticRegression
import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb


NUMERIC = ["months_on_book", "utilisation"]
CATEGORICAL = ["employment_type", "gender", "product"]  # flag
TARGET = "default_12m"


def train_on(path_in):
    frame = pd.read_parquet(path_in)
    model = LogisticRegression(max_iter=500)
    model.fit(frame[NUMERIC + CATEGORICAL], frame[TARGET])
    return model


COLS = [
    "income",
    "religion",  # flag
    "dti",
]


def fit(df):
    booster = xgb.XGBClassifier()
    booster.fit(df[COLS], df["bad"])
    return booster


def build_matrix(df: pd.DataFrame) -> pd.DataFrame:
    """Inputs of the scorecard."""
    X = pd.get_dummies(df, columns=["gender", "employment"])  # flag
    return X


def limits(df):
    df["credit_limit"] = np.where(df["gender"] == "F", df["base_limit"] * 0.9, df["base_limit"])  # flag
    return df


def fit(train):
    params = {"objective": "binary"}
    ds = lgb.Dataset(train[["income", "gender", "dti"]], label=train["bad"])  # flag
    return lgb.train(params, ds)


def predict_default(model, customer):
    row = [[customer.income, customer.dti, 1 if customer.gender == "F" else 0]]  # flag
    return model.predict_proba(row)[0][1]


PROTECTED = ["gender", "religion", "ethnicity"]
FEATURES = ["income", "dti"]


def train(df, model):
    df = df.drop(columns=PROTECTED)
    model.fit(df[FEATURES], df["bad"])


def evaluate_credit(app):  # near: taken away
    features = {k: v for k, v in app.items() if k not in {"gender", "religion", "ethnicity"}}
    return model.predict(features)


def evaluate_bias(model, frame):  # near: shows whether decisions are fair
    for g in frame["gender"].unique():
        part = frame[frame["gender"] == g]
        print(g, model.predict(part[FEATURES]).mean())
