package format

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/internal/report"
)

// crowded is a report of lives with timestamps that are close together, many null
// members, and texts that are long.
func crowded(t *testing.T) *report.Report {
	r := check(t, livesRecording, "fixtures/vendors/azure.ndjson")
	r.Date = "2026-11-26"
	r.Input.Target = "https://api.example.com/v1"
	for i := range 30 {
		r.Input.Names = append(r.Input.Names, fmt.Sprintf("recordings/of/a/long/folder/session-%02d.har", i))
	}
	r.Input.Files = 31
	life := &r.Resources[0]
	at := life.Timestamps[len(life.Timestamps)-1].Time
	for _, name := range []string{"finalizing_at", "completed_at", "a_name_that_is_longer_than_others_at"} {
		life.Timestamps = append(life.Timestamps, report.Timestamp{Pointer: "/" + name, State: "s", Time: at}, report.Timestamp{Pointer: "/then_" + name, Time: at.Add(time.Second)})
		at = at.Add(time.Second)
	}
	for i := range r.Findings {
		for j := range r.Findings[i].Occurrences {
			o := &r.Findings[i].Occurrences[j]
			o.Method, o.URL = "GET", "https://api.example.com/v1/"+strings.Repeat("x", 120)+"?after="+strings.Repeat("y", 80)
		}
	}
	return r
}

// resize shows the page on a screen of a width, in a scheme of colours.
func (b *tab) resize(width, height int, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(int64(width), int64(height)), chromedp.Reload())
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// Who gets the page by mail reads when it was made, of what, and what it says.
func TestHTMLSaysWhatItIsOf(t *testing.T) {
	b := open(t, render(t, "html", crowded(t), View{}))
	about := strings.Join(strings.Fields(eval[string](b, `document.querySelector("header").innerText`)), " ")
	for _, text := range []string{
		"OpenAI Batch API", "compared with the OpenAPI description", "7 errors: a client that is written to the description breaks",
		"checked on 2026-11-26", "server https://api.example.com/v1", "recordings 31 files", "answers from 2025-",
	} {
		assert.Contains(t, about, text)
	}
	assert.Contains(t, eval[string](b, `document.title`), "7 errors")
	b.quiet()
}

// overlapping are the texts of timelines that are drawn over each other.
const overlapping = `[...document.querySelectorAll(".life svg[viewBox]")].flatMap(svg => {
	const texts = [...svg.querySelectorAll("text.tick, text.fault, text.caption, rect")].map(e => ({of: e.textContent || e.tagName, rect: e.tagName === "rect", box: e.getBoundingClientRect()}));
	return texts.flatMap((a, i) => texts.slice(i + 1).filter(b => !(a.rect && b.rect) &&
		a.box.left < b.box.right - 1 && b.box.left < a.box.right - 1 && a.box.top < b.box.bottom - 3 && b.box.top < a.box.bottom - 3).map(b => a.of + " and " + b.of));
})`

// On a phone nothing is wider than the screen, the filters are out of the way, and
// no label of a timeline is drawn over another; nor on a wide screen.
func TestHTMLOnWideAndNarrowScreens(t *testing.T) {
	r := crowded(t)
	b := open(t, render(t, "html", r, View{}))
	for _, width := range []int{1280, 768, 390, 320} {
		b.resize(width, 800, "light")
		assert.LessOrEqual(t, eval[int](b, `document.documentElement.scrollWidth`), width)
		assert.Empty(t, eval[[]string](b, overlapping), "at %d pixels", width)
		assert.Equal(t, width >= 768, eval[bool](b, `document.getElementById("filter-bar").open`), "at %d pixels", width)
		assert.Less(t, eval[int](b, `Math.round(document.getElementById("filter-bar").getBoundingClientRect().height)`), 800/6, "at %d pixels", width)
	}
	b.do(chromedp.Click(chromedp.CSS("#filter-bar summary")))
	b.wait(`document.querySelector("#filters select").checkVisibility()`)
	assert.Equal(t, "static", eval[string](b, `getComputedStyle(document.getElementById("filter-bar")).position`), "open filters scroll away")
	b.choose("severity", "error")
	assert.Equal(t, fmt.Sprintf("7 of %d findings", len(r.Findings)), b.count())
	b.quiet()
}

// What is wider than the screen says that it scrolls, and nothing else does; also where
// there are no findings to filter.
func TestHTMLSaysWhatScrolls(t *testing.T) {
	healthy := check(t, livesRecording)
	healthy.Findings = nil
	for _, r := range []*report.Report{crowded(t), healthy} {
		b := open(t, render(t, "html", r, View{}))
		for _, width := range []int{1280, 390} {
			b.resize(width, 800, "dark")
			b.wait(`[...document.querySelectorAll(".scroll")].every(e => e.classList.contains("wide") === e.scrollWidth > e.clientWidth)`)
			hint := `[...document.querySelectorAll(".scroll")].filter(e => getComputedStyle(e, "::before").content.includes("scrolls sideways")).length`
			wide := eval[int](b, `[...document.querySelectorAll(".scroll")].filter(e => e.scrollWidth > e.clientWidth).length`)
			assert.Equal(t, wide, eval[int](b, hint), "at %d pixels", width)
			assert.Equal(t, width == 390, eval[bool](b, `document.querySelector(".life .scroll").classList.contains("wide")`), "at %d pixels", width)
		}
		b.quiet()
	}
}

// Findings of one rule and one remedy are one article, in which each has its link and
// its place; a filter that leaves none of them leaves no empty article.
func TestHTMLShowsBlocks(t *testing.T) {
	r := crowded(t)
	b := open(t, render(t, "html", r, View{}))
	nulls := 0
	for i := range r.Findings {
		if r.Findings[i].Rule == "drift-null" {
			nulls++
		}
	}
	assert.Equal(t, nulls, eval[int](b, `document.querySelector(".block.warning").querySelectorAll(".finding[id]").length`))
	assert.Equal(t, 1, eval[int](b, `document.querySelector(".block.warning").querySelectorAll(".finding[open]").length`), "the first is open")
	b.choose("severity", "error")
	assert.False(t, eval[bool](b, `document.querySelector(".block.warning").checkVisibility()`))
	last := anchor(&r.Findings[len(r.Findings)-1])
	eval[any](b, fmt.Sprintf(`location.hash = %q`, last))
	b.wait(fmt.Sprintf(`document.getElementById(%q).checkVisibility()`, last))
	b.wait(fmt.Sprintf(`document.getElementById(%q).open !== false`, last))

	full := open(t, render(t, "html", r, View{Full: true}))
	assert.Equal(t, len(r.Findings), eval[int](full, `document.querySelectorAll("#findings > article.finding").length`))
	b.quiet()
}

// Under a life, each rule is named once, with links to its findings.
func TestHTMLGroupsTheFindingsOfALife(t *testing.T) {
	b := open(t, render(t, "html", check(t, livesRecording), View{}))
	lines := eval[[]string](b, `[...document.querySelectorAll('.life[data-resource="batch_back"] .found li')].map(e => e.innerText)`)
	assert.Equal(t, []string{
		"error history-transition: /status", "error state-timestamp-early: /cancelled_at, /cancelling_at",
		"error time-order: /cancelled_at, /cancelling_at", "warning drift-null: /error_file_id",
	}, lines)
}
