package mock

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// upload handles POST /files.
func (s *Server) upload(r *http.Request, a *answer, _ string) *refusal {
	const inMemory = 1 << 20 // bytes; the rest goes to a temporary file
	if err := r.ParseMultipartForm(inMemory); err != nil {
		return badRequest("file", "invalid_value", "the request is not a form with a file")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	uploaded, head, err := r.FormFile("file")
	if err != nil {
		return badRequest("file", "invalid_value", "the form has no file")
	}
	defer uploaded.Close()
	content, err := io.ReadAll(uploaded)
	if err != nil {
		return badRequest("file", "invalid_value", "the file is incomplete")
	}
	s.made++
	f := &file{fmt.Sprintf("file-%024x", s.made), head.Filename, r.FormValue("purpose"), a.now, content}
	s.files[f.id] = f
	a.other = encode(f.object())
	return nil
}

func (f *file) object() object {
	return object{
		{"object", "file"},
		{"id", f.id},
		{"purpose", f.purpose},
		{"filename", f.name},
		{"bytes", len(f.content)},
		{"created_at", f.created},
		{"expires_at", nil},
		{"status", "processed"},
		{"status_details", nil},
	}
}

// retrieveFile handles GET /files/{id}.
func (s *Server) retrieveFile(_ *http.Request, a *answer, id string) *refusal {
	f := s.file(id, a.now)
	if f == nil {
		return notFound("No such File object: " + id)
	}
	a.other = encode(f.object())
	return nil
}

// fileContent handles GET /files/{id}/content.
func (s *Server) fileContent(_ *http.Request, a *answer, id string) *refusal {
	f := s.file(id, a.now)
	if f == nil {
		return notFound("No such File object: " + id)
	}
	a.header.Set("Content-Type", "application/octet-stream")
	a.other = append([]byte{}, f.content...)
	return nil
}

// file returns an uploaded file, or one that a batch has produced.
func (s *Server) file(id string, now int64) *file {
	if f := s.files[id]; f != nil {
		return f
	}
	for _, b := range s.batches {
		if !strings.HasSuffix(id, b.id) {
			continue
		}
		v := b.at(now)
		switch id {
		case v.outputFile():
			return &file{id, b.id + "_output.jsonl", "batch_output", now, v.results()}
		case v.errorFile():
			return &file{id, b.id + "_error.jsonl", "batch_output", now, v.undone()}
		}
	}
	return nil
}
