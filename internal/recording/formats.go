package recording

// Format is a format of recordings, as the help and the docs list it.
type Format struct {
	Name string // its heading in docs/formats.md
	Of   string // what writes it, or what is in it
}

// Formats are those that [Read] reads. The ones of tools come last.
var Formats = []Format{
	{"HAR 1.2", "of browsers and proxies"},
	{"Cassettes", "of VCR (Ruby), vcrpy (Python) and go-vcr (v2 to v4)"},
	{"Session records", "of the Azure SDK test proxy"},
	{"NDJSON", "one exchange or one bare body on each line"},
	{"JSON", "one bare body, or a list of them"},
	{"curl -i", "its output: status line, headers, body"},
	{"Batch files", "input and output of Batch APIs, JSONL with custom_id"},
	{"Postman", "collections 2.0 and 2.1, with their saved responses"},
	{"Newman", "reports of its reporter json"},
	{"WireMock", "mappings, one or many, and the journal of requests"},
	{"Pact", "contracts of versions 1 to 4, of HTTP and of messages"},
	{"Hoverfly", "simulations of versions 2 to 5"},
	{"nock", "what its recorder writes as objects (Node.js)"},
	{"responses", "what its recorder writes (Python)"},
	{"schemathesis", "its report ndjson"},
	{"mitmproxy", "saved flows, and HAR files whose name ends with .zhar"},
	{"Access logs", "of Kong, Envoy and AWS API Gateway, in JSON"},
}
