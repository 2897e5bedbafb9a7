package recording

var vcrFormat = Format{
	Name:   "VCR",
	Of:     "tests in Ruby",
	Sign:   "a line `http_interactions:`; in JSON, a member of that name",
	Record: "`VCR.use_cassette('name') { ... }`.",
	Notes:  "The time is `recorded_at`.",

	recognises: isVCR,
	read:       (*reader).vcr,
}

var vcr1Format = Format{
	Name:   "VCR 1",
	Of:     "tests in Ruby, with the first version of VCR",
	Sign:   "as php-vcr in YAML",
	Record: "`VCR.use_cassette('name') { ... }` of VCR 1.",
	Notes:  "A method is a Ruby symbol, and the body is a scalar. The time is that of the `Date` header.",
}

var betamaxFormat = Format{
	Name:   "betamax",
	Of:     "tests in Python",
	Sign:   "as VCR in JSON",
	Record: "`with Betamax(session).use_cassette('name'):`.",
	Notes:  "`base64_string` takes precedence over `string`, unless it is empty.",
}

// isVCR recognises a cassette, in YAML or JSON, by the name that VCR uses for
// the interactions.
func isVCR(b beginning) bool {
	return b.isListOf("http_interactions", "request", "response") || b.hasKey("http_interactions:")
}

// vcr reads such a cassette.
func (r *reader) vcr() error { return r.cassette("http_interactions") }
