package recording

// Format is a format of recordings, in words: the help and the page on formats
// are made of them.
type Format struct {
	Name   string
	Of     string // who writes it, in a few words
	Sign   string // how it is recognised
	Record string // how people make such a recording
	Notes  string // what is read of it, and what is not
}

// Formats returns the formats that are read, those of browsers first, what needs
// no recorder last.
func Formats() []Format {
	return append([]Format{
		{
			Name: "HAR 1.2", Of: "browsers and proxies",
			Sign:   "an object with `log`, and in it `version`, `creator`, `browser`, `pages`, `entries` or `comment`",
			Record: "In a browser, export the requests of its network panel with their content (\"Save all as HAR with content\"). `plumb proxy --har` writes one, too.",
			Notes: "The time is `startedDateTime` and `time`. An entry that has no `content.text` holds no body, unless `content.size` is 0 and no header announces one: then the body is empty. " +
				"A response with `_error` or `_failureText` did not come to its end, and JSON that ends within a value, and is shorter than `content.size`, was cut off by the recorder: both are `capture-truncated`. " +
				"An entry with status 0 got no response. `content.mimeType` counts only where no headers were recorded: beside headers it is a guess of the recorder. " +
				"An entry with the field `_plumb` was written by `plumb proxy`, and has the body as it was checked, its `Content-Encoding` undone: `target` is the server that the proxy passed requests on to, and counts as one of the description; `missing` says why there is no body; `defects` are what was found in a body that could not be kept, each with `rule`, `message` and `found`.",
		},
		{
			Name: "HAR of Playwright", Of: "tests with a browser",
			Sign:   "a HAR; or a zip archive with a `.har` file in it",
			Record: "`browser.newContext({recordHar: {path: 'a.har.zip', content: 'attach'}})`, or `path: 'a.har'`.",
			Notes:  "A body that is in a file of its own (`content._file`) is read from the folder of the HAR, or from the archive. A body that is not there is `capture-unreadable`. An archive must be a file: it cannot come on standard input.",
		},
		{
			Name: "HAR of Polly.JS", Of: "tests in JavaScript",
			Sign:   "a HAR",
			Record: "`new Polly('name', {adapters: ['node-http'], persister: 'fs'})`.",
			Notes:  "A compressed body is a list of chunks in base64, in older versions in hexadecimal digits; both are read. Text that is labelled base64 is taken as text where it begins with a bracket, a quote or `<`.",
		},
		{
			Name: "VCR", Of: "tests in Ruby",
			Sign:   "a line `http_interactions:`; in JSON, a member of that name; of VCR 1, a list of interactions in YAML",
			Record: "`VCR.use_cassette('name') { ... }`.",
			Notes:  "The time is `recorded_at`.",
		},
		{
			Name: "vcr of R", Of: "tests in R",
			Sign:   "as VCR",
			Record: "`vcr::use_cassette(\"name\", { ... })`.",
			Notes:  "`raw_gzip` and `base64_string` are decoded. A body that the recorder kept in a file of its own is not read.",
		},
		{
			Name: "vcrpy", Of: "tests in Python",
			Sign:   "a line `interactions:`; in JSON, a member of that name",
			Record: "`@vcr.use_cassette('name.yaml')`, or pytest-recording.",
			Notes:  "A body that was written as data (`parsed_body`, as pydantic-ai has it) is checked as the JSON of that data: its white space and repeated members are lost. Messages of WebSockets are not read.",
		},
		{
			Name: "betamax", Of: "tests in Python",
			Sign:   "as VCR in JSON",
			Record: "`with Betamax(session).use_cassette('name'):`.",
			Notes:  "`base64_string` takes precedence over `string`, unless it is empty.",
		},
		{
			Name: "go-vcr 2 to 4", Of: "tests in Go",
			Sign:   "a line `interactions:`",
			Record: "`recorder.New(\"name\")`, as the transport of the client.",
		},
		{
			Name: "httprr", Of: "tests in Go",
			Sign:   "the first line is `httprr trace v1`",
			Record: "`httprr.Open(\"name.httprr\", http.DefaultTransport)`, with `-httprecord=.`.",
			Notes:  "Requests and responses are read as HTTP/1.1 writes them. After a line that does not say the sizes of an exchange the rest is lost.",
		},
		{
			Name: "php-vcr", Of: "tests in PHP",
			Sign:   "a list of interactions, in YAML or JSON",
			Record: "`VCR::insertCassette('name')`.",
		},
		{
			Name: "EasyVCR", Of: "tests in Java and others",
			Sign:   "a list of interactions in JSON, whose `response.status` is an object",
			Record: "`new Cassette(\"folder\", \"name\")` and a client in the mode `Record`.",
			Notes:  "The time is `recordedAt`.",
		},
		{
			Name: "ExVCR", Of: "tests in Elixir",
			Sign:   "a list of interactions in JSON with `response.status_code`",
			Record: "`use_cassette \"name\" do ... end`.",
			Notes:  "A binary body is a term of Erlang in base64, which is decoded. A response of the type `error` was none.",
		},
		{
			Name: "Azure SDK test proxy", Of: "tests of SDKs",
			Sign:   "an object with `Entries`, whose first element has `RequestUri`",
			Record: "Run the tests with `AZURE_TEST_MODE=record`.",
			Notes:  "An empty string and null are an empty body, unless `Content-Length` announces another one. Older recorders, which write `EncodedRequestUri`, write each body as text.",
		},
		{
			Name: "NDJSON", Of: "one exchange or one bare body on each line",
			Sign:   "the first line is a JSON object, string, number or literal by itself; or it is a broken object, and the second line is an object",
			Record: "Write a line for each exchange, as below. It is the format for recorders of your own.",
			Notes:  "The time is `time`, or `startedDateTime` of a HAR entry.",
		},
		{
			Name: "JSON", Of: "one bare body, or an array of them",
			Sign:   "anything else that begins with `{` or `[`",
			Record: "`curl -s URL > body.json`.",
			Notes:  "There is no request and no time.",
		},
		{
			Name: "curl -i", Of: "its output: status line, headers, body",
			Sign:   "the first line is a status line, `HTTP/1.1 200 OK` or `HTTP/2 200`",
			Record: "`curl -i URL > answer.txt`.",
			Notes:  "There is no request.",
		},
	}, describedTools()...)
}
