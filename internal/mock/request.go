package mock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// creation is what a client sends to create a batch.
type creation struct {
	input, endpoint, window string
	metadata                object // nil if there is none
}

// The limits of metadata, as the documentation has them.
const (
	maxPairs       = 16
	maxKeyLength   = 64  // characters
	maxValueLength = 512 // characters
)

// How long the files with the results can be kept, in seconds.
const (
	shortestKept = 3600
	longestKept  = 2592000
)

// checkContentType refuses a body that is not called JSON.
func checkContentType(r *http.Request) *refusal {
	given := r.Header.Get("Content-Type")
	if kind, _, err := mime.ParseMediaType(given); given == "" || err == nil && kind == "application/json" {
		return nil
	}
	return badRequest(nil, "unsupported_content_type",
		"Unsupported content type: '%s'. This API method only accepts 'application/json' requests, but you specified the header 'Content-Type: %s'. Please try again with a supported content type.", given, given)
}

// readCreation reads the request that creates a batch, or refuses it as OpenAI
// does.
func (d dialect) readCreation(body []byte) (c creation, _ *refusal) {
	members, err := parseObject(body)
	if err != nil {
		return c, badRequest(nil, nil, "We could not parse the JSON body of your request. The API expects a JSON object.")
	}
	for _, parameter := range []struct {
		name    string
		value   *string
		allowed []string
	}{
		{"input_file_id", &c.input, nil},
		{"endpoint", &c.endpoint, d.endpoints},
		{"completion_window", &c.window, d.windows},
	} {
		if err := readText(members, parameter.name, parameter.value, parameter.allowed); err != nil {
			return c, err
		}
	}
	if refused := d.checkNames(members); refused != nil {
		return c, refused
	}
	if refused := checkExpiry(members); refused != nil {
		return c, refused
	}
	var refused *refusal
	c.metadata, refused = readMetadata(members.get("metadata"))
	return c, refused
}

// checkNames refuses the parameters that the vendor does not know.
func (d dialect) checkNames(members object) *refusal {
	for _, m := range members {
		if d.parameters != nil && !slices.Contains(d.parameters, m.name) {
			return badRequest(m.name, "unknown_parameter", "Unknown parameter: '%s'.", m.name)
		}
	}
	return nil
}

// checkExpiry checks for how long the files with the results are to be kept.
func checkExpiry(members object) *refusal {
	const name, anchor, seconds = "output_expires_after", "output_expires_after.anchor", "output_expires_after.seconds"
	i := members.index(name)
	if i < 0 {
		return nil
	}
	expiry, ok := members[i].value.(object)
	if !ok {
		return wrongType(name, "an object", members[i].value)
	}
	for _, m := range expiry {
		if m.name != "anchor" && m.name != "seconds" {
			return badRequest(name+"."+m.name, "unknown_parameter", "Unknown parameter: '%s.%s'.", name, m.name)
		}
	}
	for _, required := range []string{"anchor", "seconds"} {
		if expiry.index(required) < 0 {
			return badRequest(name+"."+required, "missing_required_parameter", "Missing required parameter: '%s.%s'.", name, required)
		}
	}
	from, isText := expiry.get("anchor").(string)
	kept, isNumber := expiry.get("seconds").(float64)
	switch {
	case !isText:
		return wrongType(anchor, "a string", expiry.get("anchor"))
	case from != "created_at":
		return badRequest(anchor, "invalid_value", "Invalid value: '%s'. Supported values are: 'created_at'.", from)
	case !isNumber || kept != math.Trunc(kept):
		return wrongType(seconds, "an integer", expiry.get("seconds"))
	case kept < shortestKept:
		return badRequest(seconds, "integer_below_min_value", "Invalid '%s': integer below minimum value. Expected a value >= %d, but got %.0f instead.", seconds, shortestKept, kept)
	case kept > longestKept:
		return badRequest(seconds, "integer_above_max_value", "Invalid '%s': integer above maximum value. Expected a value <= %d, but got %.0f instead.", seconds, longestKept, kept)
	}
	return nil
}

// readText reads a required parameter that is a string, one of those allowed if
// there are any.
func readText(members object, name string, to *string, allowed []string) *refusal {
	i := members.index(name)
	if i < 0 {
		return badRequest(name, "missing_required_parameter", "Missing required parameter: '%s'.", name)
	}
	text, ok := members[i].value.(string)
	switch {
	case !ok:
		return wrongType(name, "a string", members[i].value)
	case len(allowed) > 0 && !slices.Contains(allowed, text), text == "":
		message := fmt.Sprintf("Invalid value: '%s'.", text)
		if len(allowed) > 0 {
			message += " Supported values are: '" + strings.Join(allowed, "', '") + "'."
		}
		return badRequest(name, "invalid_value", "%s", message)
	}
	*to = text
	return nil
}

func readMetadata(value any) (object, *refusal) {
	if value == nil {
		return nil, nil
	}
	pairs, ok := value.(object)
	switch {
	case !ok:
		return nil, wrongType("metadata", "an object", value)
	case len(pairs) > maxPairs:
		return nil, badRequest("metadata", "object_above_max_properties",
			"Invalid 'metadata': too many properties. Expected an object with at most %d properties, but got an object with %d properties instead.", maxPairs, len(pairs))
	}
	for _, pair := range pairs {
		if n := utf8.RuneCountInString(pair.name); n > maxKeyLength {
			return nil, badRequest("metadata", "property_name_above_max_length",
				"Invalid property name in 'metadata': name too long. Expected a name with maximum length %d, but got one with length %d instead.", maxKeyLength, n)
		}
		param := "metadata." + pair.name
		text, ok := pair.value.(string)
		if !ok {
			return nil, wrongType(param, "a string", pair.value)
		}
		if n := utf8.RuneCountInString(text); n > maxValueLength {
			return nil, badRequest(param, "string_above_max_length",
				"Invalid '%s': string too long. Expected a string with maximum length %d, but got a string with length %d instead.", param, maxValueLength, n)
		}
	}
	return pairs, nil
}

// parseObject parses a JSON object with nothing after it. Of members with the
// same name, the last one counts.
func parseObject(text []byte) (object, error) {
	if !json.Valid(text) {
		return nil, fmt.Errorf("not JSON")
	}
	value := parseValue(json.NewDecoder(bytes.NewReader(text)))
	o, ok := value.(object)
	if !ok {
		return nil, fmt.Errorf("not an object")
	}
	return o, nil
}

// parseValue reads the next value, which must be valid: an object, a []any, or
// what [json.Decoder.Token] returns.
func parseValue(d *json.Decoder) any {
	token, _ := d.Token()
	switch token {
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, _ := d.Token()
			o.set(name.(string), parseValue(d))
		}
		_, _ = d.Token()
		return o
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, parseValue(d))
		}
		_, _ = d.Token()
		return list
	}
	return token
}

// wrongType refuses a parameter whose type is not the expected one.
func wrongType(param, expected string, value any) *refusal {
	found := "null"
	switch value.(type) {
	case bool:
		found = "a boolean"
	case float64:
		found = "a number"
	case string:
		found = "a string"
	case []any:
		found = "an array"
	case object:
		found = "an object"
	}
	return badRequest(param, "invalid_type", "Invalid type for '%s': expected %s, but got %s instead.", param, expected, found)
}
