package redact

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/internal/credentialtest"
)

// TestEachNameAndFormIsPlanted checks that the planted credentials cover each
// name and form of the lists: if one of these is removed, some credential
// leaks.
func TestEachNameAndFormIsPlanted(t *testing.T) {
	defer Use(nil)
	p := credentialtest.New("coverage")
	var texts []string
	for _, pair := range p.Named(credentialtest.Member, "member") {
		texts = append(texts, `"`+pair.Name+`": "`+pair.Value+`"`)
	}
	for _, pair := range p.Named(credentialtest.Header, "header") {
		texts = append(texts, `{"headers": {"`+pair.Name+`": "`+pair.Value+`"}}`)
	}
	for _, pair := range p.Named(credentialtest.Query, "query") {
		texts = append(texts, "/x?"+pair.Name+"="+pair.Value)
	}
	leak := func() bool {
		return slices.ContainsFunc(texts, func(text string) bool { return len(p.Leaks(new(Cleaner).Text(text))) > 0 })
	}
	assert.False(t, leak())
	for _, list := range nameList {
		for name := range strings.SplitSeq(list.names, ",") {
			if list.secrecy == unlessWord || list.secrecy == always {
				Use([]string{strings.TrimSpace(name) + "=off"})
				assert.True(t, leak(), "no planted credential has the name %q", name)
			}
		}
	}
	Use(nil)

	all := forms
	defer func() { forms = all }()
	texts = p.Formed(true, "form")
	assert.False(t, leak())
	for i, form := range all {
		forms = slices.Delete(slices.Clone(all), i, i+1)
		if !strings.Contains(form.example, "…") { // of a text that was cut off
			assert.True(t, leak(), "no planted credential has the form of %s", form.of)
		}
	}
}
