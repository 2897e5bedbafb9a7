package recording

// Format is a format of recordings. Everything about a format is in one file:
// the text that the help and docs/formats.md show, how it is recognised, and
// its reader.
type Format struct {
	Name   string
	Of     string // who writes it, in a few words
	Sign   string // how it is recognised
	Record string // how people make such a recording
	Notes  string // which parts are read, and which are not

	// recognises reports whether a recording is of the format, by its
	// beginning. It is nil if another format of the list looks the same: that
	// one recognises and reads this one, too.
	recognises func(b beginning) bool

	// read reads a recording, whose first byte comes next, to its end.
	read func(r *reader) error
}

// formats are all formats that are read, in the order in which they are tried:
// the first that recognises a recording reads it. The least specific ones come
// last.
var formats = []*Format{
	&harFormat,
	&playwrightFormat,
	&pollyFormat,
	&curlFormat,
	&httprrFormat,
	&mitmproxyFormat,
	&responsesFormat,
	&schemathesisFormat,
	&pactFormat,
	&vcrFormat,
	&vcr1Format,
	&rVCRFormat,
	&betamaxFormat,
	&vcrpyFormat,
	&goVCRFormat,
	&phpVCRFormat,
	&easyVCRFormat,
	&exVCRFormat,
	&testProxyFormat,
	&datadogFormat,
	&batchFormat,
	&postmanFormat,
	&newmanFormat,
	&hoverflyFormat,
	&nockFormat,
	&wireMockFormat,
	&accessLogFormat,
	&ndjsonFormat,
	&jsonFormat,
}

// Formats returns the formats that are read.
func Formats() []Format {
	all := make([]Format, len(formats))
	for i, f := range formats {
		all[i] = *f
	}
	return all
}

// formatOf returns the format of a recording that begins with head, or nil;
// whole says that nothing comes after head.
func formatOf(head []byte, whole bool) *Format {
	b := beginningOf(head)
	b.whole = whole
	if isInsomnia(b) {
		return nil
	}
	for _, f := range formats {
		if f.recognises != nil && f.recognises(b) {
			return f
		}
	}
	return nil
}

// isInsomnia reports whether a file is an export of Insomnia: requests without
// responses, in JSON, which would otherwise be taken for a body.
func isInsomnia(b beginning) bool {
	return b.isObject() && string(b.members["_type"]) == `"export"` && b.has("__export_format")
}
