package recording

import "github.com/plumbapi/plumb/internal/lazyregexp"

var phpVCRFormat = Format{
	Name:   "php-vcr",
	Of:     "tests in PHP",
	Sign:   "a list of interactions, in YAML or JSON",
	Record: "`VCR::insertCassette('name')`.",

	recognises: isPHPVCR,
	read:       (*reader).phpVCR,
}

var easyVCRFormat = Format{
	Name:   "EasyVCR",
	Of:     "tests in Java and others",
	Sign:   "a list of interactions in JSON, whose `response.status` is an object",
	Record: "`new Cassette(\"folder\", \"name\")` and a client in the mode `Record`.",
	Notes:  "The time is `recordedAt`.",
}

// listItem matches the beginning of a cassette in YAML that is itself a list.
var listItem = lazyregexp.New(`^(?:---[^\n]*\n|#[^\n]*\n|\s)*-[ \t\r]*(?:[!#][^\n]*)?(?:\n\s*)?(?:request|response):`)

// isPHPVCR recognises a cassette that is a list of interactions.
func isPHPVCR(b beginning) bool {
	if b.isJSON() {
		return b.list && b.has("request") && b.object("response").object("status").members != nil
	}
	return listItem().Match(b.head)
}

// phpVCR reads such a cassette.
func (r *reader) phpVCR() error {
	if r.beginning().isJSON() {
		return entriesOf((*reader).cassetteJSON)(r)
	}
	return r.cassetteYAML()
}
