package spec

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// Options are options of [Load].
type Options struct {
	// RefRoot is a folder, as a slash-separated path from the root of fsys,
	// outside of which no $ref may lead. If it is empty, it is the folder of
	// the file.
	RefRoot string

	// Overlays amend the description, in this order.
	Overlays []Overlay
}

// Load reads the description in the file name of fsys, and the files that it
// refers to.
func Load(fsys fs.FS, name string, opt Options) (*Description, error) {
	root := opt.RefRoot
	if root == "" {
		root = path.Dir(name)
	}
	l := loader{fsys: fsys, root: path.Clean(root), overlays: opt.Overlays}
	return l.description(name)
}

// LoadFile reads the description in a file of the operating system, and amends
// it with the overlays. Files that it refers to must be in refRoot or below it,
// by default in the file's own folder.
func LoadFile(file, refRoot string, overlays ...Overlay) (d *Description, err error) {
	err = openFile(file, refRoot, overlays, func(l *loader, name string) error {
		if d, err = l.description(name); err != nil {
			return err
		}
		for name := range d.files {
			d.Sources = append(d.Sources, filepath.Join(l.folder, filepath.FromSlash(name)))
		}
		slices.Sort(d.Sources)
		return nil
	})
	return d, err
}

// openFile calls use with a loader for a file of the operating system, and the
// file's name in the loader.
func openFile(file, refRoot string, overlays []Overlay, use func(l *loader, name string) error) error {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		if strings.Contains(file, "://") {
			return fmt.Errorf("%s: a description is not fetched; save it, with the files that it refers to, and name the file", file)
		}
		return fmt.Errorf("%s: there is no such file; name the main file of an OpenAPI description", file)
	}
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return openStream(file, refRoot, overlays, use)
	}
	// A link is followed: the description's folder is that of the file it
	// points to.
	if info, err := os.Lstat(file); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if file, err = filepath.EvalSymlinks(file); err != nil {
			return err
		}
	}
	if refRoot == "" {
		refRoot = filepath.Dir(file)
	}
	name, err := relative(refRoot, file)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(refRoot)
	if err != nil {
		return fmt.Errorf("%s: cannot open the folder: %w", refRoot, wholefile.Cause(err))
	}
	defer func() { _ = root.Close() }()
	return use(&loader{fsys: root.FS(), root: ".", folder: filepath.ToSlash(refRoot), overlays: overlays}, name)
}

// openStream does the same for a FIFO, which is read only once.
func openStream(file, refRoot string, overlays []Overlay, use func(l *loader, name string) error) error {
	data, err := wholefile.Read(file)
	if err != nil {
		return fmt.Errorf("%s: cannot read the description: %w", file, err)
	}
	folder, name := filepath.Split(file)
	root, err := os.OpenRoot(cmp.Or(refRoot, folder, "."))
	if err != nil {
		return fmt.Errorf("%s: cannot open the folder: %w", refRoot, wholefile.Cause(err))
	}
	defer func() { _ = root.Close() }()
	return use(&loader{fsys: root.FS(), root: ".", folder: filepath.ToSlash(folder), overlays: overlays, stream: data}, name)
}

// relative returns the slash-separated path from a folder to a file in it.
func relative(folder, file string) (string, error) {
	absFolder, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	absFile, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	name, err := filepath.Rel(absFolder, absFile)
	if err != nil || !filepath.IsLocal(name) {
		return "", fmt.Errorf("%s: the description is not in the folder %s; name a folder above it with --ref-root", file, folder)
	}
	return filepath.ToSlash(name), nil
}

// builtin is the file of the built-in description.
const builtin = "spec/openapi.yaml"

// Builtin returns the built-in description of the Batch API, amended with the
// overlays.
func Builtin(overlays ...Overlay) (*Description, error) {
	d, err := Load(Files, builtin, Options{RefRoot: ".", Overlays: overlays})
	if err != nil {
		return nil, err
	}
	d.Embedded = !slices.ContainsFunc(overlays, func(o Overlay) bool { return o.file == "" })
	return d, nil
}

// loader reads the files of one description.
type loader struct {
	fsys   fs.FS
	root   string // folder outside of which no $ref may lead
	folder string // the user's name for the root of fsys; may be empty
	stream []byte // the main file, if it was read from a FIFO

	overlays []Overlay
	warnings []Warning
	slips    []Warning // what is wrong with the texts of the files

	dialect dialect // of files that do not declare one
	files   map[string]*file
	failed  map[string]error
}

// shown returns the name of a file or folder as the user knows it.
func (l *loader) shown(name string) string { return path.Join(l.folder, name) }

func (l *loader) description(name string) (*Description, error) {
	main, version, w, err := l.amended(name)
	if err != nil {
		return nil, err
	}
	d := &Description{
		OpenAPI: version, Digest: l.digest(), File: main.name, Folder: l.folder, Schemas: schemasOf(main),
		main: main, files: l.files, dynamic: w.dynamic, patterns: w.patterns, Extended: w.extended, hasNullable: w.warned["nullable"],
	}
	for _, o := range l.overlays {
		d.Overlays = append(d.Overlays, o.Name)
	}
	d.describe(main)
	d.Warnings = append(l.warnings, d.Warnings...)
	for i := range d.Warnings {
		d.Warnings[i].Place.File = l.shown(d.Warnings[i].Place.File)
	}
	slices.SortStableFunc(d.Warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Place.Path(), b.Place.Path()), comparePlaces(a.Place, b.Place))
	})
	if len(d.Operations) == 0 && len(d.Schemas) == 0 {
		return nil, l.nothing(d, main)
	}
	return d, nil
}

// nothing returns the error for a description with which nothing can be
// checked.
func (l *loader) nothing(d *Description, main *file) error {
	at := main.start().place
	if paths := main.root.find("paths"); paths != nil {
		at.Line, at.Column = paths.line, paths.column
	}
	errs := []error{errorAt(l.shown(main.name), at.Line, at.Column,
		"there is nothing to check with: the description has neither an operation in paths nor a schema in components/schemas; describe one, or name another file")}
	for i, w := range d.Warnings {
		if i == maxReasons {
			errs = append(errs, fmt.Errorf("and %d more warnings", len(d.Warnings)-i))
			break
		}
		errs = append(errs, errors.New(w.String()))
	}
	return errors.Join(errs...)
}

// maxReasons is the largest number of reasons in an error.
const maxReasons = 10

// amended reads the description in a file, applies the overlays, and marks each
// object in it.
func (l *loader) amended(name string) (main *file, version string, w *walker, err error) {
	l.files, l.failed = map[string]*file{}, map[string]error{}
	main, err = l.file(name)
	var f *fault
	switch {
	case errors.As(err, &f):
		return nil, "", nil, errorAt(l.shown(name), f.line, f.column, f.message)
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", nil, fmt.Errorf("%s: there is no such file", l.shown(name))
	case err != nil:
		if errors.Is(err, syscall.EISDIR) {
			return nil, "", nil, fmt.Errorf("%s: this is a folder; name the main file of the description", l.shown(name))
		}
		return nil, "", nil, fmt.Errorf("%s: cannot read the description: %w", l.shown(name), wholefile.Cause(err))
	}
	if version, f = checkDocument(main.root); f != nil {
		return nil, "", nil, errorAt(l.shown(name), f.line, f.column, f.message)
	}
	l.dialect = main.dialect
	if err := l.amend(main); err != nil {
		return nil, "", nil, err
	}
	w = l.walk(main)
	l.warnings = slices.Concat(l.slips, l.warnings, w.warnings, strayExtensions(l.files))
	return main, version, w, nil
}

// walk loads everything that the description in main refers to, and marks each
// object in it.
func (l *loader) walk(main *file) *walker {
	w := &walker{load: l.file, root: l.root, shown: l.shown}
	w.walk(main)
	return w
}

// amend applies the overlays. Each must know which nodes are $refs and where
// they lead, including those that earlier overlays have added.
func (l *loader) amend(main *file) error {
	a := amender{done: map[string]bool{}}
	_, a.ofBuiltin = l.fsys.(folders)
	if l.folder != "" {
		a.file = l.shown(main.name)
	}
	for _, o := range l.overlays {
		l.walk(main)
		if err := a.apply(o, main.root); err != nil {
			return err
		}
		for _, f := range l.files {
			f.root = f.root.clone() // without marks
		}
		if _, f := checkDocument(main.root); f != nil {
			return errorAt(o.source(), 0, 0, "the description is unusable after this overlay: "+f.message)
		}
	}
	l.warnings = a.warnings
	return nil
}

// file reads a file of the description, unless it has been read. What is wrong
// with its text is returned as a *fault.
func (l *loader) file(name string) (*file, error) {
	if f, ok := l.files[name]; ok {
		return f, nil
	}
	if err, ok := l.failed[name]; ok {
		return nil, err
	}
	f, err := l.read(name)
	if err != nil {
		l.failed[name] = err
		return nil, err
	}
	l.files[name] = f
	return f, nil
}

func (l *loader) read(name string) (*file, error) {
	data, err := l.stream, error(nil)
	if l.stream = nil; data == nil {
		data, err = wholefile.ReadFS(l.fsys, name)
	}
	if err != nil {
		return nil, err
	}
	root, slips, fault := read(data, path.Ext(name) == ".json")
	if fault != nil {
		return nil, fault
	}
	for _, slip := range slips {
		l.slips = append(l.slips, Warning{plumb.Source{File: name, Line: slip.line, Column: slip.column}, slip.message})
	}
	if len(l.overlays) > 0 {
		root = root.clone() // overlays amend one place, not all that share a YAML alias
	}
	f := &file{name: name, data: data, root: root, dialect: l.dialect}
	if version := root.get("openapi"); version != nil {
		f.dialect = dialectOf(version.text)
		if uri, ok := root.str("jsonSchemaDialect"); ok && f.dialect != openAPI30 {
			f.dialect, _ = dialectNamed(uri)
		}
	}
	return f, nil
}

// checkDocument returns the version of OpenAPI of a description, or what is
// wrong if it cannot be used.
func checkDocument(root *node) (version string, f *fault) {
	if root.kind != jsonvalue.Object {
		return "", faultAt(root.line, root.column, "an OpenAPI description must be an object, not %s; name the main file of one", withArticle(root.kind.String()))
	}
	if old := root.find("swagger"); old != nil {
		return "", faultAt(old.line, old.column, "this is a Swagger %s description; convert it to OpenAPI 3", old.value.text)
	}
	m := root.find("openapi")
	if m == nil {
		return "", faultAt(root.line, root.column, `this is not an OpenAPI description: it has no member "openapi" that names the version, such as 3.1.0; name the main file of one`)
	}
	version = m.value.text
	if major, _, _ := strings.Cut(version+".", "."); major != "3" || !supported(version) {
		return "", faultAt(m.line, m.column, "OpenAPI version %q is not supported; use 3.0, 3.1 or 3.2", version)
	}
	return version, nil
}

func supported(version string) bool {
	for _, v := range []string{"3.0", "3.1", "3.2"} {
		if version == v || strings.HasPrefix(version, v+".") {
			return true
		}
	}
	return false
}

// digest returns a digest of the names and contents of all files.
func (l *loader) digest() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(l.files)) {
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(l.files[name].data))
		h.Write(l.files[name].data)
	}
	for _, o := range l.overlays {
		fmt.Fprintf(h, "overlay\x00%d\x00", len(o.Data))
		h.Write(o.Data)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// schemasOf returns components/schemas in the order of the file.
func schemasOf(f *file) []Schema {
	var schemas []Schema
	if named := f.namedSchemas(); named != nil {
		for _, m := range named.members {
			schemas = append(schemas, Schema{m.name, schemaPlace(m.value)})
		}
	}
	return schemas
}

// schemaPlace returns where a schema is written, following $refs that have
// nothing beside them.
func schemaPlace(n *node) plumb.Source {
	return settle(n).mark.place
}
