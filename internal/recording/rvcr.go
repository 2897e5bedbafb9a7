package recording

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"

	"github.com/plumbapi/plumb"
)

var rVCRFormat = Format{
	Name:   "vcr of R",
	Of:     "tests in R",
	Sign:   "as VCR",
	Record: "`vcr::use_cassette(\"name\", { ... })`.",
	Notes:  "`raw_gzip` and `base64_string` are decoded. A body that the recorder kept in a separate file is not read.",
}

// setPackedBody sets the body of x from one that the R package vcr compressed
// for the cassette (raw_gzip). What R calls gzip is in the zlib format.
func (r *reader) setPackedBody(x *plumb.Exchange, n node) {
	data, line, ok := decodeNode(x, n)
	if !ok {
		return
	}
	body, err := unpack(data, r.lim)
	if err != nil {
		x.Defects = append(x.Defects, bodyDefect(err, "raw_gzip of the body cannot be decompressed", plumb.Place{Line: line}))
		x.Response.Body = plumb.Body{Missing: unusableBody}
		return
	}
	r.setBody(x, body, onLine(line))
}

// unpack decompresses gzip or zlib.
func unpack(data []byte, lim Limits) ([]byte, error) {
	var out io.Reader
	var err error
	if bytes.HasPrefix(data, []byte(gzipMagic)) {
		out, err = gzip.NewReader(bytes.NewReader(data))
	} else {
		out, err = zlib.NewReader(bytes.NewReader(data))
	}
	if err != nil {
		return nil, err
	}
	return expand(out, len(data), lim)
}
