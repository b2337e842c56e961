from libexample import greet


def handler(event, context):
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": greet(event.get("name", "world"), event["day"])}
