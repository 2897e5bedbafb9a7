package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
)

// encodeBody encodes a payload as its content type says, or as JSON if there is
// none. In a multipart form, a part that is an object with a filename and a
// content is a file. A json.RawMessage is sent as it is.
func encodeBody(contentType string, payload any) (io.Reader, string, error) {
	media, _, err := mime.ParseMediaType(contentType)
	raw, isRaw := payload.(json.RawMessage)
	switch {
	case contentType != "" && err != nil:
		return nil, "", fmt.Errorf("%q is not a media type", contentType)
	case contentType == "":
		contentType, media = "application/json", "application/json"
	}
	switch {
	case isRaw:
		return bytes.NewReader(raw), contentType, nil
	case media == "multipart/form-data":
		return encodeForm(payload)
	case isJSON(media):
		text, err := json.Marshal(payload)
		return bytes.NewReader(text), contentType, err
	}
	if text, ok := payload.(string); ok {
		return strings.NewReader(text), contentType, nil
	}
	if media == "application/x-www-form-urlencoded" {
		return encodeFields(payload, contentType)
	}
	return nil, "", fmt.Errorf("a payload that is not text cannot be sent as %s", contentType)
}

// isJSON reports whether a media type is one of JSON.
func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

func encodeFields(payload any, contentType string) (io.Reader, string, error) {
	fields, ok := payload.(map[string]any)
	if !ok {
		return nil, "", fmt.Errorf("the payload of a form must be an object or text")
	}
	form := url.Values{}
	for name, value := range fields {
		form[name] = textsOf(value)
	}
	return strings.NewReader(form.Encode()), contentType, nil
}

func encodeForm(payload any) (io.Reader, string, error) {
	fields, ok := payload.(map[string]any)
	if !ok {
		return nil, "", fmt.Errorf("the payload of a form must be an object")
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := writePart(form, name, fields[name]); err != nil {
			return nil, "", err
		}
	}
	err := form.Close()
	return &b, form.FormDataContentType(), err
}

func writePart(form *multipart.Writer, name string, value any) error {
	if file, ok := value.(map[string]any); ok && file["filename"] != nil {
		w, err := form.CreateFormFile(name, textOf(file["filename"]))
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, textOf(file["content"]))
		return err
	}
	return form.WriteField(name, textOf(value))
}

// textOf returns a value as the text that stands for it in a URL, a header or a
// form: text as it is, and others as JSON.
func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// textsOf returns the texts of a value, of which a list has several.
func textsOf(value any) []string {
	list, ok := value.([]any)
	if !ok {
		return []string{textOf(value)}
	}
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = textOf(item)
	}
	return texts
}
