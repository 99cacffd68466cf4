"""Users of the enforcing moto, six calls in all: a reader who may read the bucket `enforced` (its object `secret/x.csv` apart), and nobody."""
import sys, json, boto3
kwargs = dict(endpoint_url="http://127.0.0.1:" + sys.argv[1], region_name="us-east-1", aws_access_key_id="root", aws_secret_access_key="root")
iam, s3 = boto3.client("iam", **kwargs), boto3.client("s3", **kwargs)
s3.create_bucket(Bucket="enforced")
s3.put_object(Bucket="enforced", Key="data/a.csv", Body=b"id,name\n1,x\n2,y\n")
iam.create_user(UserName="reader")
policy = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::enforced", "arn:aws:s3:::enforced/*"]},
    {"Effect": "Deny", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::enforced/secret/*"]}]}
iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps(policy))
reader = iam.create_access_key(UserName="reader")["AccessKey"]
s3.put_object(Bucket="enforced", Key="secret/x.csv", Body=b"id\n1\n")
print(reader["AccessKeyId"], reader["SecretAccessKey"])
