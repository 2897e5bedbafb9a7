package recording

// describedTools are those of tools that stub, test, log or batch requests.
func describedTools() []Format {
	return []Format{
		{
			Name: "Batch files", Of: "input and output of Batch APIs, JSONL with custom_id",
			Sign:   "an object with `custom_id`, and `response`, `error`, or `method` and `url`",
			Record: "The input and output files of a batch: `client.files.content(batch.output_file_id)`.",
			Notes:  "An output file does not say what was asked: a body is one of which only the status is known, and its schema is found as that of a bare body. A line whose `response` is null got none. A line of an input file is a request without a response.",
		},
		{
			Name: "Postman", Of: "collections 2.0 and 2.1, with their saved responses",
			Sign:   "an object with `info`, whose `schema` is one of Postman's",
			Record: "\"Save response\" below a request, then \"Export\" of the collection.",
			Notes:  "Folders and variables of the collection are followed. A variable that is not in the collection, such as `{{baseUrl}}` of an environment, stands for the server if the URL begins with it. The time is that of the `Date` header.",
		},
		{
			Name: "Newman", Of: "reports of its reporter json",
			Sign:   "an object with `run.executions`, or with `collection`",
			Record: "`newman run collection.json -r json --reporter-json-export run.json`.",
			Notes:  "The body is a list of bytes; of a place in it only the entry is known.",
		},
		{
			Name: "WireMock", Of: "mappings, one or many, and the journal of requests",
			Sign:   "an object with `request` and `response` that has a member that only WireMock has, such as `urlPath`, `jsonBody` or `priority`, or whose method is `ANY`; `mappings`; `requests` with `responseDefinition`",
			Record: "`wiremock --record-mappings`, the recorder at `/__admin/recorder`, or the mappings that people write by hand. `GET /__admin/mappings` gives them all, `GET /__admin/requests` the journal.",
			Notes:  "The body is `jsonBody`, `body`, `base64Body`, or the file `bodyFileName` in a folder `__files` beside the recording or beside a folder around it, up to four levels up. A mapping with `ANY` is checked as one with `GET`. One whose URL is a regular expression has a body of which the request is not known. A template, a fault and a proxy have no body.",
		},
		{
			Name: "Pact", Of: "contracts of versions 1 to 4, of HTTP and of messages",
			Sign:   "an object with `interactions` or `messages`, and `consumer` or `provider`",
			Record: "The tests of a consumer write contracts into `pacts/`.",
			Notes:  "The bodies are examples of what the consumer expects: a finding says that the consumer expects what the description does not allow. A message has a body of which the request is not known.",
		},
		{
			Name: "Hoverfly", Of: "simulations of versions 2 to 5",
			Sign:   "an object with `data.pairs`",
			Record: "`hoverctl mode capture`, then `hoverctl export simulation.json`.",
			Notes:  "A matcher other than `exact` does not say a value. A template has no body, nor has a pair with `bodyFile`.",
		},
		{
			Name: "nock", Of: "what its recorder writes as objects (Node.js)",
			Sign:   "an object, or a list of them, with `scope`, `method` and `path`",
			Record: "`nock.recorder.rec({output_objects: true})` or `nock.back`.",
			Notes:  "Coded and binary bodies are in hexadecimal.",
		},
		{
			Name: "responses", Of: "what its recorder writes (Python)",
			Sign:   "a line `responses:`, and an item `- response:` after it",
			Record: "`@_recorder.record(file_path=\"out.yaml\")` of the Python library `responses`.",
			Notes:  "Of the request only the method and the URL are recorded.",
		},
		{
			Name: "schemathesis", Of: "its report ndjson",
			Sign:   "the first line has `Initialize.schemathesis_version`",
			Record: "`st run api.yaml --report ndjson`.",
			Notes:  "The events `ScenarioFinished` have the exchanges.",
		},
		{
			Name: "mitmproxy", Of: "saved flows, and HAR files whose name ends with .zhar",
			Sign:   "the length of a flow, a colon, and a name",
			Record: "`mitmdump -w flows.mitm`, or `w` in mitmproxy.",
			Notes:  "The URL has the name of the host that the client used. A body that was streamed is not in the file. Flows of TCP, UDP and DNS are counted as skipped. A HAR file that mitmproxy saves as `.zhar` is compressed with zlib, which is undone.",
		},
		{
			Name: "Access logs", Of: "of Kong, Envoy and AWS API Gateway, in JSON",
			Sign:   "an object with `request.uri`, `response.status` and `latencies` or `started_at`; with `response_code`, a method and a path; or with `status`, `requestId` and `httpMethod` or `routeKey`",
			Record: "The plugins `http-log` and `file-log` of Kong; `json_format` of an access log of Envoy; `$context` variables of AWS API Gateway, in JSON.",
			Notes:  "Their users choose the names: those that the documentation of each has are known. There are no bodies in them, so that of a line the method, the path and the status are checked, and each line says so.",
		},
	}
}
