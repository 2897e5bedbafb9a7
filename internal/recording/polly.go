package recording

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var pollyFormat = Format{
	Name:   "HAR of Polly.JS",
	Of:     "tests in JavaScript",
	Sign:   "a HAR",
	Record: "`new Polly('name', {adapters: ['node-http'], persister: 'fs'})`.",
	Notes:  "A compressed body is a list of chunks in base64, in older versions in hexadecimal digits; both are read. Text that is labelled base64 is taken as text if it begins with a bracket, a quote or `<`.",
}

// pollyBody returns a body that Polly.JS has written in a form of its own, as
// the text of a HAR entry; it returns false if the body is written as in any
// HAR. A body with a Content-Encoding is a JSON array of the chunks as they
// came, each in base64, or, in older versions, in hexadecimal digits. Older
// versions write other binary bodies in hexadecimal digits, too (_isBinary).
func pollyBody(x *plumb.Exchange, content *jsonvalue.Value, isBase64 bool) ([]byte, bool) {
	body := content.At("text")
	isBinary := content.At("_isBinary")
	isOld := !isBase64 && (isBinary != nil && isBinary.True || x.Response.Header.Get("Content-Encoding") != "")
	if body.Kind != jsonvalue.String || !isBase64 && !isOld {
		return nil, false
	}
	decode := hex.DecodeString
	if isBase64 {
		decode = base64.StdEncoding.DecodeString // not decodeBase64, which accepts more: a body can be a list of words
	}
	if !strings.HasPrefix(body.Text, "[") {
		data, err := hex.DecodeString(body.Text)
		return data, err == nil && !isBase64 && body.Text != ""
	}
	list, faults := jsonvalue.Parse([]byte(body.Text), maxDepth)
	if list == nil || len(faults) > 0 || len(list.Items) == 0 {
		return nil, false
	}
	var all []byte
	for _, chunk := range list.Items {
		data, err := decode(chunk.Text)
		if chunk.Kind != jsonvalue.String || err != nil {
			return nil, false
		}
		all = append(all, data...)
	}
	return all, true
}
