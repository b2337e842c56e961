"""A FastAPI application behind API Gateway: the handler is `index.handler`."""

import jwt
from fastapi import FastAPI
from mangum import Mangum
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    greeting: str = "hello"


settings = Settings()
app = FastAPI()


@app.get("/")
def root() -> dict[str, str]:
    return {"message": settings.greeting, "jwt": jwt.__version__}


handler = Mangum(app, lifespan="off")
