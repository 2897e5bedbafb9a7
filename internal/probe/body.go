package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"slices"
)

// encodeBody encodes the payload of a step as its content type says, or as JSON
// if there is none. In a form, a part that is an object with a filename and a
// content is a file.
func encodeBody(contentType string, payload any) (io.Reader, string, error) {
	switch {
	case payload == nil:
		return nil, "", nil
	case contentType == "multipart/form-data":
		return encodeForm(payload)
	case contentType == "" || contentType == "application/json":
		text, err := json.Marshal(payload)
		return bytes.NewReader(text), "application/json", err
	}
	if text, ok := payload.(string); ok {
		return bytes.NewReader([]byte(text)), contentType, nil
	}
	return nil, "", fmt.Errorf("a payload that is not text cannot be sent as %s", contentType)
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
	if file, ok := value.(map[string]any); ok {
		w, err := form.CreateFormFile(name, fmt.Sprint(file["filename"]))
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, fmt.Sprint(file["content"]))
		return err
	}
	return form.WriteField(name, fmt.Sprint(value))
}
