package credentialtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Body is a response body that is full of credentials.
type Body struct {
	Name        string
	ContentType string
	Status      int
	Text        string
}

// Bodies returns bodies with a credential of each name and form in each kind of
// place of a body.
func (p *Planter) Bodies(label string) []Body {
	const isJSON = "application/json"
	var all []Body
	add := func(name, contentType string, status int, text func(in string) string) {
		all = append(all, Body{name, contentType, status, text(label + ", " + name + ",")})
	}
	add("members", isJSON, 200, func(in string) string { return object(p.Named(Member, in), quoted) })
	add("elements", isJSON, 200, func(in string) string {
		return object(p.Named(Member, in), func(v string) string { return `["` + v + `", 7]` })
	})
	add("objects", isJSON, 200, func(in string) string {
		return object(p.Named(Member, in), func(v string) string { return `{"value": "` + v + `", "expires_in": 3600}` })
	})
	add("pairs", isJSON, 200, func(in string) string { return `{"settings": [` + pairs(p.Named(Member, in)) + `]}` })
	add("echo", isJSON, 200, func(in string) string {
		return `{"method": "GET", "headers": ` + object(p.Named(Header, in), quoted) + `, "args": ` + object(p.Named(Member, in+" args"), quoted) + `}`
	})
	add("JSON in a string", isJSON, 200, func(in string) string {
		return `{"data": ` + quotedText(object(p.Named(Member, in), quoted)) + `, "again": ` + quotedText(`{"data": `+quotedText(object(p.Named(Member, in+" twice"), quoted))+`}`) + `}`
	})
	add("texts", isJSON, 200, func(in string) string { return list(sentences(p.Named(Text, in))) })
	add("forms in texts", isJSON, 200, func(in string) string { return list(p.Formed(true, in)) })
	add("forms on lines", isJSON, 200, func(in string) string {
		return `{"text": ` + quotedText("begin\n"+strings.Join(p.Formed(true, in), "\n")+"\nend") + `, "data": ` + quotedText(`{"text": `+quotedText("begin\n"+strings.Join(p.Formed(false, in+" twice"), "\n"))+`}`) + `}`
	})
	add("forms as values", isJSON, 200, func(in string) string {
		var pairs []Pair
		for i, value := range p.Formed(false, in) {
			pairs = append(pairs, Pair{fmt.Sprint("note", i), value})
		}
		return object(pairs, quoted)
	})
	add("forms as names", isJSON, 200, func(in string) string {
		var pairs []Pair
		for _, value := range p.Formed(false, in) {
			pairs = append(pairs, Pair{value, "x"})
		}
		return object(pairs, quoted)
	})
	add("error", isJSON, 400, func(in string) string {
		var messages []string
		for _, pair := range p.Named(Text, in) {
			messages = append(messages, `{"message": "the request was refused: `+pair.Name+`=`+pair.Value+` is not known", "code": 7}`)
		}
		return `{"error": {"message": ` + quotedText(strings.Join(sentences(p.Named(Text, in+" message")), "; ")) + `}, "errors": [` + strings.Join(messages, ", ") + `]}`
	})
	add("form", "application/x-www-form-urlencoded", 200, func(in string) string { return p.Query(in) })
	add("lines", "text/plain", 200, func(in string) string {
		return strings.Join(sentences(p.Named(Text, in)), "\n") + "\n" + strings.Join(p.Formed(true, in), "\n")
	})
	add("broken", isJSON, 200, func(in string) string {
		return strings.TrimSuffix(object(p.Named(Member, in), quoted), "}") + `, "x": }`
	})
	add("cut off", isJSON, 200, func(in string) string {
		return strings.TrimSuffix(object(p.Named(Member, in), quoted), `"}`)
	})
	add("more than one value", isJSON, 200, func(in string) string {
		return object(p.Named(Member, in), quoted) + "\n" + object(p.Named(Member, in+" after"), quoted)
	})
	add("twice", isJSON, 200, func(in string) string {
		named := p.Named(Member, in)
		again := make([]Pair, len(named))
		for i, pair := range named {
			again[i] = Pair{pair.Name, p.value(false, in+" again "+pair.Name)}
		}
		return object(append(named, again...), quoted)
	})
	return all
}

// Query returns the query of a URL, or a form, with a credential under each
// name.
func (p *Planter) Query(label string) string {
	fields := []string{"page=2"}
	for _, pair := range p.Named(Query, label) {
		fields = append(fields, url.QueryEscape(pair.Name)+"="+url.QueryEscape(pair.Value))
	}
	for i, value := range p.Formed(false, label) {
		fields = append(fields, fmt.Sprint("note", i, "=", url.QueryEscape(value)))
	}
	return strings.Join(fields, "&")
}

// Header returns headers with a credential under each name, and of each form.
func (p *Planter) Header(label string) http.Header {
	h := http.Header{}
	for _, pair := range p.Named(Header, label) {
		h[pair.Name] = append(h[pair.Name], pair.Value)
	}
	for i, value := range p.Formed(false, label) {
		h[fmt.Sprint("X-Note-", i)] = []string{value}
	}
	return h
}

// RequestHeader returns request headers, including the usual ones.
func (p *Planter) RequestHeader(label string) http.Header {
	h := p.Header(label)
	h["Authorization"] = []string{p.fill("Bearer {a24}", label+" Authorization")}
	h["Cookie"] = []string{p.fill("theme={a12}; sid={a24}", label+" Cookie")}
	h["Referer"] = []string{p.fill("https://me:{a12}@things.example/?access_token={a12}", label+" Referer")}
	return h
}

// ResponseHeader returns response headers, including the usual ones.
func (p *Planter) ResponseHeader(label, contentType string) http.Header {
	h := p.Header(label)
	h["Content-Type"] = []string{contentType}
	h["Set-Cookie"] = []string{p.fill("sid={a24}; Path=/; HttpOnly", label+" Set-Cookie")}
	h["Location"] = []string{p.fill("https://things.example/next?access_token={a24}", label+" Location")}
	h["X-Echo"] = []string{p.fill("Authorization: Bearer {a24}", label+" echo of a header")}
	return h
}

func quoted(v string) string { return `"` + v + `"` }

func quotedText(text string) string {
	quoted, _ := json.Marshal(text) // never fails for a string
	return string(quoted)
}

func object(pairs []Pair, value func(string) string) string {
	var members []string
	for _, pair := range pairs {
		members = append(members, quotedText(pair.Name)+": "+value(pair.Value))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func pairs(all []Pair) string {
	var objects []string
	for i, pair := range all {
		format := []string{`{"name": "%s", "value": "%s"}`, `{"value": "%[2]s", "enabled": true, "key": "%[1]s"}`, `{"header": "%s", "value": "%s"}`, `{"Name": "%s", "Value": "%s"}`}[i%4]
		objects = append(objects, fmt.Sprintf(format, pair.Name, pair.Value))
	}
	return strings.Join(objects, ", ")
}

func sentences(all []Pair) []string {
	var texts []string
	for i, pair := range all {
		format := []string{"%s: %s", "it says %s=%s now", "the given %s: %s", `found {"%s": "%s"}`, "a=b&%s=%s&c=d", "https://things.example/a?%s=%s"}[i%6]
		texts = append(texts, fmt.Sprintf(format, pair.Name, pair.Value))
	}
	return texts
}

func list(texts []string) string {
	var elements []string
	for _, text := range texts {
		elements = append(elements, quotedText(text))
	}
	return `{"list": [` + strings.Join(elements, ", ") + `]}`
}
