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
	"github.com/klauspost/compress/zstd"

	"github.com/plumbapi/plumb"
)

// setBody sets the body of x from the recorded one, once the headers of x are
// known: it undoes the Content-Encoding, applies the limits, and records what
// the recorder lost.
func (r *reader) setBody(x *plumb.Exchange, recorded []byte, locate func(int) (int, int)) {
	body, err := decodeBody(recorded, x.Response.Header.Values("Content-Encoding"), r.lim, r.asSent)
	if err == nil && !r.asSent && isMangled("gzip", body) && mayBeJSON(x.Response.Header) {
		err = errMangled // its Content-Encoding header was not recorded
	}
	switch {
	case err == nil:
		if len(body) > 0 && (len(recorded) != len(body) || &recorded[0] != &body[0]) {
			line, _ := locate(0)
			locate = onLine(line)
		}
		x.Response.Body = plumb.Body{Bytes: body, Locate: locate}
		if !r.asSent {
			markLost(x, announced(x))
			markMasked(x)
		}
		return
	case r.asSent && !errors.Is(err, errCoding) && !errors.Is(err, errBodyLimit) && !errors.Is(err, errRatio):
		SetBadlyCoded(x, err)
		return
	}
	r.setUndecoded(x, err, locate)
}

// setUndecoded records that the body of x could not be decoded because of err.
func (r *reader) setUndecoded(x *plumb.Exchange, err error, locate func(int) (int, int)) {
	var place plumb.Place
	place.Line, place.Column = locate(0)
	x.Defects = append(x.Defects, bodyDefect(err, "the Content-Encoding of the body cannot be undone", place))
	x.Response.Body = plumb.Body{Missing: unusableBody}
}

// unusableBody is the reason for a missing body if a defect says more.
const unusableBody = "the recording of the body cannot be used"

// bodyDefect returns the defect of a body that could not be decoded because of
// err. The message says what was tried.
func bodyDefect(err error, message string, place plumb.Place) plumb.Defect {
	d := plumb.Defect{Rule: "capture-unreadable", Message: message, Found: err.Error(), Place: place}
	switch {
	case errors.Is(err, errBodyLimit):
		d.Rule, d.Message, d.Found = "capture-limit", "the body is larger than the limit; --max-body raises it", ""
	case errors.Is(err, errRatio):
		d.Rule, d.Message, d.Found = "capture-limit", "the body grows by more than the limit when it is decompressed; --max-ratio raises it", ""
	case errors.Is(err, errMangled):
		d.Message, d.Found = err.Error(), ""
	case errors.Is(err, io.ErrUnexpectedEOF):
		d.Rule, d.Message, d.Found = "capture-truncated", "the compressed body ends before its data does", ""
	}
	return d
}

var (
	errBodyLimit = errors.New("the body is larger than the limit")
	errCoding    = errors.New("plumb cannot undo the coding") // says nothing about the body itself
	errMangled   = errors.New("the recorder decoded compressed bytes as text, which cannot be undone")
)

// decodeBody undoes the codings of a body, the last one first. Many recorders
// keep the header and store the body decoded: unless asSent is set, a body
// without any sign of a coding is taken as decoded.
func decodeBody(body []byte, headers []string, lim Limits, asSent bool) ([]byte, error) {
	var codings []string
	if len(headers) > 0 {
		codings = strings.Split(strings.ToLower(strings.Join(headers, ",")), ",")
	}
	for i := len(codings) - 1; i >= 0; i-- {
		coding := strings.TrimSpace(codings[i])
		switch {
		case len(body) == 0 || coding == "" || coding == "identity":
			continue
		case !asSent && isMangled(coding, body):
			return nil, errMangled
		case !asSent && !isCoded(coding, body):
			continue
		}
		var err error
		if body, err = undoCoding(coding, body, lim); err != nil {
			return nil, err
		}
	}
	if int64(len(body)) > lim.Body {
		return nil, errBodyLimit
	}
	return body, nil
}

// isCoded reports whether a body carries a sign of the coding.
func isCoded(coding string, body []byte) bool {
	switch coding {
	case "gzip", "x-gzip":
		return bytes.HasPrefix(body, []byte(gzipMagic))
	case "zstd":
		return bytes.HasPrefix(body, []byte(zstdMagic))
	}
	return !isPlain(body)
}

// isMangled reports whether a body that has a coding was decoded as text while
// it was still compressed: bytes that are not UTF-8 became U+FFFD, or two bytes
// if they were taken for Latin-1. The first byte of gzip survives in either
// case.
func isMangled(coding string, body []byte) bool {
	const enough = 64
	switch head := body[:min(len(body), enough)]; coding {
	case "gzip", "x-gzip":
		return len(head) > 0 && head[0] == gzipMagic[0] && !bytes.HasPrefix(head, []byte(gzipMagic))
	case "zstd":
		return bytes.HasPrefix(head, []byte("(\ufffd/")) || bytes.HasPrefix(head, []byte("(\u00b5/\u00fd"))
	default:
		return bytes.Contains(head, []byte("\ufffd"))
	}
}

// undoCoding undoes one coding.
func undoCoding(coding string, body []byte, lim Limits) ([]byte, error) {
	in := bytes.NewReader(body)
	switch coding {
	case "gzip", "x-gzip":
		out, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		return expand(out, len(body), lim)
	case "zstd":
		out, err := newZstd(in)
		if err != nil {
			return nil, err
		}
		defer out.Close()
		body, err = expand(out, len(body), lim)
		if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
			err = fmt.Errorf("%w: %w", errCoding, err) // a limit of plumb
		}
		return body, err
	case "br":
		return expand(brotli.NewReader(in), len(body), lim)
	case "deflate":
		return inflate(in, lim)
	}
	return nil, fmt.Errorf("%w: the coding %q is unknown", errCoding, coding)
}

// inflate undoes the coding deflate. By the standard this is the zlib format;
// some servers send the data without its header and checksum.
func inflate(in *bytes.Reader, lim Limits) ([]byte, error) {
	size := in.Len()
	if framed, err := zlib.NewReader(in); err == nil {
		return expand(framed, size, lim)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	body, err := expand(flate.NewReader(in), size, lim)
	if err == nil && in.Len() > 0 {
		return nil, errors.New("flate: bytes after the end of the data") // the beginning of nearly any text is valid data
	}
	return body, err
}

// isPlain reports whether a body is text, and so not compressed.
func isPlain(body []byte) bool { return utf8.Valid(body) && isText(body) }

// expand reads everything from a decoder, if that is within the limits.
func expand(out io.Reader, size int, lim Limits) ([]byte, error) {
	limit := lim.Body
	if lim.Ratio < lim.Body/max(int64(size), 1) {
		limit = lim.Ratio * int64(size)
	}
	body, err := io.ReadAll(io.LimitReader(out, limit+1))
	switch {
	case int64(len(body)) <= limit:
		return body, err
	case limit < lim.Body:
		return nil, errRatio
	}
	return nil, errBodyLimit
}

// SetBody sets the body of x to one that was seen live, as it was sent: it
// undoes the Content-Encoding that the headers of x state, and applies the
// limits as the readers do. No recorder has changed the body, so if it is not
// what its Content-Encoding says, that is the fault of the server.
func SetBody(x *plumb.Exchange, sent []byte, lim Limits) {
	r := &reader{lim: lim, asSent: true}
	r.setBody(x, sent, func(int) (line, column int) { return 0, 0 })
	x.Response.Body.Locate = nil
}

// SetBadlyCoded records that the body of x, which was seen live, is not what
// its Content-Encoding says; err says why it cannot be decoded.
func SetBadlyCoded(x *plumb.Exchange, err error) {
	const message = "the body is not what its Content-Encoding says"
	x.Defects = append(x.Defects, plumb.Defect{Rule: "http-content-encoding", Message: message, Found: err.Error()})
	x.Response.Body = plumb.Body{Missing: message}
}
