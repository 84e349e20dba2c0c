"""What each noisy service is asked, and where its seeded drift shows."""

import dataclasses


@dataclasses.dataclass
class Service:
    """One service in a container of its own."""

    name: str
    # Hurl files: name and text.
    suites: dict
    # By suite: `CASE AT` where the seeded drift must be found; the case by a part of its id, `…` for anything.
    drifts: dict
    # Where else the seeded drift shows.
    beside: tuple = ()
    # A path that answers once the service is ready.
    ready: str = "/"


def gets(*paths):
    return "\n\n".join(f"GET {{{{base}}}}{path}" for path in paths) + "\n"


def aws(service, action, **headers):
    """A request as the SDKs send it, without a signature that anybody checks."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    scope = f"Credential=key/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    return "\n".join([f"POST {{{{base}}}}/?{action}", f"Authorization: AWS4-HMAC-SHA256 {scope}", *lines]) + "\n"


def form(service, action, **fields):
    body = "&".join(["Action=" + action, *(f"{name}={value}" for name, value in fields.items())])
    head = aws(service, action, Content_Type="application/x-www-form-urlencoded")
    return f"{head}`{body}`\nHTTP 200\n"


def target(service, action, body):
    head = aws(service, action.split(".")[1], X_Amz_Target=action, Content_Type="application/x-amz-json-1.0")
    return f"{head}`{body}`\nHTTP *\n"


MOTO = {
    "iam": form("iam", "CreateUser", UserName="zoe") + "\n" + form("iam", "GetUser", UserName="zoe") + "\n"
    + form("iam", "CreateAccessKey", UserName="zoe") + "\n" + form("iam", "ListUsers"),
    "ec2": form("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")
    + '[Captures]\nvpc: regex "<vpcId>(vpc-[0-9a-f]+)"\n\n'
    + form("ec2", "CreateSubnet", VpcId="{{vpc}}", CidrBlock="10.0.1.0/24") + "\n"
    + form("ec2", "DescribeVpcs") + "\n" + form("ec2", "DescribeSubnets"),
    "sqs": target("sqs", "AmazonSQS.CreateQueue", '{"QueueName":"q"}') + "\n"
    + target("sqs", "AmazonSQS.SendMessage", '{"QueueUrl":"http://localhost/123456789012/q","MessageBody":"hi"}') + "\n"
    + target("sqs", "AmazonSQS.GetQueueAttributes", '{"QueueUrl":"http://localhost/123456789012/q","AttributeNames":["All"]}'),
    "sts": form("sts", "GetCallerIdentity") + "\n" + form("sts", "GetSessionToken"),
    "s3": "PUT {{base}}/bucket\nAuthorization: AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0\n\nPUT {{base}}/bucket/key\n`hello`\n\nGET {{base}}/bucket\n\nGET {{base}}/bucket/key\n\n"
    "GET {{base}}/bucket/none\n",
    "dynamodb": target(
        "dynamodb",
        "DynamoDB_20120810.CreateTable",
        '{"TableName":"t","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"AttributeDefinitions":'
        '[{"AttributeName":"id","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}',
    ),
}

ORDERS = """POST {{base}}/orders
{"kind": "run"}
HTTP 201
[Captures]
id: jsonpath "$.id"
number: jsonpath "$.number"

GET {{base}}/orders/{{id}}
HTTP 200

GET {{base}}/orders
HTTP 200

DELETE {{base}}/orders/{{id}}
HTTP 200

GET {{base}}/orders/{{id}}
HTTP 404
"""

# Made services: suite and where its drift shows.
MADE = {
    "ids": "$.state",
    "tokens": "$.token_type",
    "cursors": "$.total",
    "shuffles": "$.nodes[…].size",
    "lengths": "$.level",
    "hashing": "$.version",
    "picks": "$.author",
    "counters": "$.cpus",
    "places": "$.kind",
    "dates": "$.zone",
    "page": "…",
    "metrics": "…",
    "log": "…",
    "xml": "…",
    "lines": "$[1].kind",
    "events": "…",
    "zipped": "$.size",
    "maps": "$.limit",
    "failing": "$.code",
}

SERVICES = [
    Service(
        "made",
        {name: gets(f"/{name}") for name in MADE} | {"orders": ORDERS},
        {name: f"/{name} {at}" for name, at in MADE.items()} | {"orders": "GET /orders/ $.status"},
        ready="/health",
    ),
    Service(
        "httpbin",
        {
            "httpbin": gets(
                "/uuid", "/get?a=1", "/headers", "/ip", "/bytes/32", "/stream/3", "/gzip", "/deflate", "/brotli", "/html",
                "/xml", "/json", "/image/png", "/cache", "/etag/abc", "/links/3/0", "/status/418", "/cookies/set?a=b",
                "/digest-auth/auth/user/secret", "/basic-auth/user/secret", "/absolute-redirect/1", "/encoding/utf8",
                "/response-headers?x-a=1", "/drip?duration=0&numbytes=5", "/range/64", "/robots.txt", "/base64/aGk=",
            )
            + "\nPOST {{base}}/anything\n[FormParams]\na: 1\n\nPOST {{base}}/post\n[Multipart]\na: 1\n"
        },
        {"httpbin": "/uuid $.v"},
        ready="/status/200",
    ),
    Service("moto", MOTO, {"iam": "CreateUser …", "ec2": "CreateVpc …", "sts": "GetCallerIdentity …"}, ("…",), "/moto-api/"),
    Service(
        "datasette",
        {
            "datasette": gets(
                "/runs/runs.json?_size=5", "/runs.json", "/runs/runs", "/", "/runs/runs/3.json", "/-/versions.json",
                "/runs.json?sql=select+count(*)+from+runs", "/runs/runs.csv?_size=3", "/runs/none", "/-/databases.json",
                "/-/threads.json", "/-/plugins.json", "/-/settings.json",
            )
        },
        {"datasette": "/runs/runs.json?_size=5 $.rows[1][2]"},
        ("/runs/runs …", "/runs/runs.csv?_size=3 …", "/-/databases.json …", "/runs.json …", "/ …"),
        "/-/versions.json",
    ),
    Service("exporter", {"exporter": gets("/metrics", "/")}, {"exporter": "/metrics …"}, ready="/"),
    Service(
        "nginx",
        {"nginx": gets("/info", "/reports/", "/index.json", "/zeros.bin", "/reports/report-1.txt", "/none", "/reports")},
        {"nginx": "/reports/ …"},
        ("/index.json …",),
        "/info",
    ),
    Service(
        "pypiserver",
        {"pypiserver": gets("/", "/simple/", "/simple/six/", "/packages/", "/none", "/simple/none/")},
        {"pypiserver": "/simple/ …"},
        (),
        "/",
    ),
]
