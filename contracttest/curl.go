package contracttest

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/redact"
)

// curl returns the request of an exchange as a command for curl, without
// credentials. It returns "" for a body whose request is not known.
func curl(x *plumb.Exchange) string {
	if x.Request.Method == "" || x.Request.URL == "" {
		return ""
	}
	clean := redact.ForExchange(x)
	nothingDeclared := func(string) bool { return false }
	address := clean.URL(x.Request.URL, nothingDeclared)
	if strings.HasPrefix(address, "/") { // as a handler sees it
		address = "http://SERVER" + address
	}
	command := []string{"curl -i"}
	switch x.Request.Method {
	case http.MethodGet:
	case http.MethodHead:
		command = []string{"curl -I"}
	default:
		command = append(command, "-X", shellWord(x.Request.Method))
	}
	command = append(command, shellQuote(address))
	header := clean.RequestHeader(x.Request.Header, nothingDeclared)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if slices.Contains(setByClients, name) {
			continue
		}
		for _, value := range header[name] {
			command = append(command, "-H", shellQuote(name+": "+value))
		}
	}
	if header.Get("Content-Type") != "" {
		command = append(command, "-d", "@BODY") // bodies of requests are not kept
	}
	return strings.Join(command, " ")
}

// setByClients lists headers that curl sets by itself, as other clients do.
var setByClients = []string{"Accept-Encoding", "Connection", "Content-Length", "Host", "User-Agent"}

// shellWord returns a word without what a shell would interpret.
func shellWord(word string) string {
	if strings.ContainsFunc(word, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return shellQuote(word)
	}
	return word
}

// shellQuote quotes a text for a POSIX shell.
func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
