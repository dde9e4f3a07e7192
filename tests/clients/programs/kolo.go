// kolo/xmlrpc, for Go.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"github.com/kolo/xmlrpc"
)

type params map[string]interface{}

type flag struct {
	Name   string `xmlrpc:"name"`
	Status string `xmlrpc:"status"`
}

type attachment struct {
	ID         int    `xmlrpc:"id"`
	FileName   string `xmlrpc:"file_name"`
	Summary    string `xmlrpc:"summary"`
	IsObsolete int    `xmlrpc:"is_obsolete"`
	Data       string `xmlrpc:"data"`
	Flags      []flag `xmlrpc:"flags"`
}

type found struct {
	Bugs        map[string][]attachment `xmlrpc:"bugs"`
	Attachments map[string]attachment   `xmlrpc:"attachments"`
}

var (
	client      *xmlrpc.Client
	credentials = params{"Bugzilla_api_key": os.Getenv("CLIENT_API_KEY")}
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func call(method string, given params, result interface{}) {
	for name, value := range credentials {
		given[name] = value
	}
	check(client.Call(method, given, result))
}

func one(id int) attachment {
	var result found
	call("Bug.attachments", params{"attachment_ids": []int{id}}, &result)
	return result.Attachments[fmt.Sprint(id)]
}

func update(id int, given params) {
	given["ids"] = []int{id}
	call("Bug.update_attachment", given, nil)
}

func report(words ...interface{}) {
	line := make([]string, len(words))
	for i, word := range words {
		line[i] = fmt.Sprint(word)
	}
	fmt.Println(strings.Join(line, "\t"))
}

func reportState(step string, seen attachment) {
	flags := ""
	for _, each := range seen.Flags {
		flags += each.Name + each.Status
	}
	report(step, seen.Summary, seen.IsObsolete, flags)
}

func login() {
	var user struct {
		ID    int    `xmlrpc:"id"`
		Token string `xmlrpc:"token"`
	}
	credentials = params{}
	call("User.login", params{"login": os.Getenv("CLIENT_LOGIN"), "password": os.Getenv("CLIENT_PASSWORD")}, &user)
	credentials = params{"Bugzilla_token": user.Token}
	report("login", user.ID)
}

func upload() int {
	data, err := os.ReadFile(os.Getenv("CLIENT_FILE"))
	check(err)
	var created struct {
		IDs []int `xmlrpc:"ids"`
	}
	call("Bug.add_attachment", params{
		"ids":          []string{os.Getenv("CLIENT_BUG")},
		"data":         xmlrpc.Base64(base64.StdEncoding.EncodeToString(data)),
		"file_name":    os.Getenv("CLIENT_FILE_NAME"),
		"summary":      os.Getenv("CLIENT_SUMMARY"),
		"content_type": "application/octet-stream",
		"is_private":   false,
	}, &created)
	return created.IDs[0]
}

func main() {
	var err error
	client, err = xmlrpc.NewClient(os.Getenv("CLIENT_URL")+"xmlrpc.cgi", nil)
	check(err)
	if os.Getenv("CLIENT_LOGIN") != "" {
		login()
	}
	var listed found
	call("Bug.attachments", params{"ids": []string{os.Getenv("CLIENT_LIST_BUG")}}, &listed)
	ids := []string{}
	for _, each := range listed.Bugs[os.Getenv("CLIENT_LIST_BUG")] {
		ids = append(ids, fmt.Sprint(each.ID))
	}
	report("list", strings.Join(ids, ","))
	id := upload()
	report("upload", id)
	downloaded := one(id)
	content, err := base64.StdEncoding.DecodeString(downloaded.Data)
	check(err)
	check(os.WriteFile(os.Getenv("CLIENT_DOWNLOAD"), content, 0o600))
	report("download", downloaded.FileName, downloaded.Summary)
	update(id, params{
		"summary":     os.Getenv("CLIENT_NEW_SUMMARY"),
		"is_obsolete": true,
		"flags":       []params{{"name": "review", "status": "+"}},
	})
	reportState("update", one(id))
	update(id, params{"is_obsolete": false, "flags": []params{{"name": "review", "status": "X"}}})
	reportState("clear", one(id))
}
