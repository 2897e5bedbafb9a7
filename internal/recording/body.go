package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"

	"github.com/plumbapi/plumb/validator"
)

// setBody gives x the body as recorded, once its headers are known: it undoes
// the Content-Encoding and holds to the limits.
func (r *reader) setBody(x *validator.Exchange, recorded []byte, locate func(int) (int, int)) {
	d := validator.Defect{}
	body, err := decodeBody(recorded, x.Response.Header.Values("Content-Encoding"), r.lim)
	switch {
	case errors.Is(err, errBodyLimit):
		d.Rule, d.Message = "capture-limit", "the body is larger than the limit; --max-body raises it"
	case errors.Is(err, errRatio):
		d.Rule, d.Message = "capture-limit", "the body grows by more than the limit when it is decompressed; --max-ratio raises it"
	case errors.Is(err, io.ErrUnexpectedEOF):
		d.Rule, d.Message = "capture-truncated", "the compressed body ends before its data does"
	case err != nil:
		d.Rule, d.Message, d.Found = "capture-unreadable", "the Content-Encoding of the body cannot be undone", err.Error()
	default:
		if len(body) > 0 && (len(recorded) != len(body) || &recorded[0] != &body[0]) {
			line, _ := locate(0)
			locate = onLine(line)
		}
		x.Response.Body = validator.Body{Bytes: body, Locate: locate}
		return
	}
	d.Place.Line, d.Place.Column = locate(0)
	x.Defects = append(x.Defects, d)
	x.Response.Body = validator.Body{Missing: "the recording of the body cannot be used"}
}

var errBodyLimit = errors.New("the body is larger than the limit")

// decodeBody undoes the codings of a body, the last one first. Many recorders
// keep the header and store the body decoded: what carries no sign of a coding
// is taken as it is.
func decodeBody(body []byte, headers []string, lim Limits) ([]byte, error) {
	codings := strings.Split(strings.ToLower(strings.Join(headers, ",")), ",")
	for i := len(codings) - 1; i >= 0; i-- {
		var err error
		if body, err = undo(strings.TrimSpace(codings[i]), body, lim); err != nil {
			return nil, err
		}
	}
	if int64(len(body)) > lim.Body {
		return nil, errBodyLimit
	}
	return body, nil
}

// undo undoes one coding.
func undo(coding string, body []byte, lim Limits) ([]byte, error) {
	in := bytes.NewReader(body)
	var out io.Reader
	var err error
	switch coding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		if !bytes.HasPrefix(body, []byte(gzipMagic)) {
			return body, nil
		}
		out, err = gzip.NewReader(in)
	case "zstd":
		if !bytes.HasPrefix(body, []byte(zstdMagic)) {
			return body, nil
		}
		decoder, zerr := newZstd(in)
		if zerr == nil {
			defer decoder.Close()
		}
		out, err = decoder, zerr
	default:
		if isPlain(body) {
			return body, nil
		}
		out, err = unmarked(coding, body)
	}
	if err != nil {
		return nil, err
	}
	return expand(out, len(body), lim)
}

// unmarked returns the decoder of a coding that has no magic number.
func unmarked(coding string, body []byte) (io.Reader, error) {
	in := bytes.NewReader(body)
	switch coding {
	case "br":
		return brotli.NewReader(in), nil
	case "deflate":
		// By the standard this is zlib; some servers leave its frame out.
		if out, err := zlib.NewReader(in); err == nil {
			return out, nil
		}
		return flate.NewReader(bytes.NewReader(body)), nil
	}
	return nil, fmt.Errorf("the coding %q is unknown", coding)
}

// isPlain tells whether a body is text, and so not compressed.
func isPlain(body []byte) bool { return utf8.Valid(body) && isText(body) }

// expand reads a decoder to its end, if that is within the limits.
func expand(out io.Reader, size int, lim Limits) ([]byte, error) {
	most := lim.Body
	if lim.Ratio < lim.Body/max(int64(size), 1) {
		most = lim.Ratio * int64(size)
	}
	body, err := io.ReadAll(io.LimitReader(out, most+1))
	switch {
	case int64(len(body)) <= most:
		return body, err
	case most < lim.Body:
		return nil, errRatio
	}
	return nil, errBodyLimit
}

// SetBody gives x a body that was seen live, as it was sent: it undoes the
// Content-Encoding that the headers of x tell, and holds to the limits as the
// readers do.
func SetBody(x *validator.Exchange, sent []byte, lim Limits) {
	r := &reader{lim: lim}
	r.setBody(x, sent, func(int) (line, column int) { return 0, 0 })
	x.Response.Body.Locate = nil
}
