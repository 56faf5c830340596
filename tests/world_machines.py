"""State machines of the simulated AWS. moto executes the state machine language itself; its Lambda tasks, which would want
Docker, go to the local runtime emulator, and its other calls to the world's own endpoint, as the hub.
"""

import json
import urllib.error
import urllib.request

import boto3
from moto.moto_api._internal import moto_api_backend
from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_reader.eval import resource_eval_s3
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

# A part of a run lives for 900 s at most.
LONGEST = 900


class Machines:
    """Where the function of the state machines is served, and every event that it was sent."""

    def __init__(self, world):
        self.world, self.url, self.endpoint, self.sent, self.fails = world, None, None, [], {}
        lambda_eval_utils._invoke_lambda_function = self.invoke
        resource_eval_s3.boto_client_for = self.client

    def serve(self, body):
        """`url`: the function's invocations. `fails`: stages, or {stage: batch}, whose invocation comes to nothing."""
        moto_api_backend.set_config({"stepfunctions": {"execute_state_machine": True}})
        self.url, self.fails, self.sent = body["url"], body.get("fails", {}), []
        return {}

    def client(self, region, service, state_credentials=None):
        hub = self.world.answer["hub"]
        keys = {"aws_access_key_id": hub["access-key"], "aws_secret_access_key": hub["secret-key"]}
        return boto3.client(service, region_name=region, endpoint_url=self.endpoint, **keys)

    def invoke(self, parameters, region, state_credentials):
        event = json.loads(parameters["Payload"])
        self.sent.append(event)
        stage = event.get("stage")
        if stage in self.fails and self.fails[stage] in (None, event.get("batch")):
            raise lambda_eval_utils.LambdaFunctionErrorException("Unhandled", json.dumps({"errorType": "Runtime.ExitError", "errorMessage": "staged"}))
        request = urllib.request.Request(self.url, parameters["Payload"], {"Content-Type": "application/json"}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=LONGEST) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as refused:  # the emulator answers a function's error with a status of its own
            text = refused.read().decode()
        payload = json.loads(text)
        if isinstance(payload, dict) and "errorType" in payload:
            raise lambda_eval_utils.LambdaFunctionErrorException("Unhandled", text)
        return {"Payload": payload, "StatusCode": 200, "ExecutedVersion": "$LATEST"}
