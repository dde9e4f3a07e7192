# Tcl's xmlrpc. It sends texts as they are, and counts characters for bytes: so they go as ASCII with references, and
# what comes is read byte by byte and decoded here.
package require xmlrpc
package require base64

encoding system iso8859-1
fconfigure stdout -encoding utf-8

proc env {name} { return [encoding convertfrom utf-8 [encoding convertto iso8859-1 $::env(CLIENT_$name)]] }

proc escaped {text} {
    set result ""
    foreach character [split $text ""] {
        scan $character %c code
        append result [expr {$code > 126 || $character in {& < >} ? "&#$code;" : $character}]
    }
    return $result
}

proc unescaped {bytes} {
    return [string map {&lt; < &gt; > &quot; \" &apos; ' &amp; &} [encoding convertfrom utf-8 $bytes]]
}

# Call a method with a list of names and typed values; the result is a list of names and values.
proc call {method params} {
    array unset ::params
    array set ::params [concat $::credentials $params]
    regexp {^(http://[^/]+)/(.*)} $::env(CLIENT_URL) - site path
    return [lindex [xmlrpc::call $site "${path}xmlrpc.cgi" $method {{struct params}}] 1]
}

proc field {name struct} { return [lindex [xmlrpc::assoc $name $struct] 1] }

proc one {id} {
    return [field $id [field attachments [call Bug.attachments [list attachment_ids [list array [list [list int $id]]]]]]]
}

proc update {id status obsolete more} {
    array set ::flag [list name {string review} status [list string $status]]
    call Bug.update_attachment [concat [list \
        ids [list array [list [list int $id]]] \
        is_obsolete [list boolean $obsolete] \
        flags {array {{struct flag}}}] $more]
}

proc report {args} { puts [join $args \t] }

proc report_state {step attachment} {
    set flags ""
    foreach flag [field flags $attachment] {
        append flags [field name $flag] [field status $flag]
    }
    report $step [unescaped [field summary $attachment]] [field is_obsolete $attachment] $flags
}

proc read_file {path} {
    set file [open $path rb]
    set content [read $file]
    close $file
    return $content
}

set credentials {}
set path [encoding convertfrom utf-8 [encoding convertto iso8859-1 $env(CLIENT_FILE)]]
if {[info exists env(CLIENT_LOGIN)]} {
    set user [call User.login [list login [list string [env LOGIN]] password [list string [env PASSWORD]]]]
    set credentials [list Bugzilla_token [list string [field token $user]]]
    report login [field id $user]
} else {
    set credentials [list Bugzilla_api_key [list string [env API_KEY]]]
}
set bug [env LIST_BUG]
set ids {}
foreach attachment [field $bug [field bugs [call Bug.attachments [list ids [list array [list [list int $bug]]]]]]] {
    lappend ids [field id $attachment]
}
report list [join $ids ,]
set created [call Bug.add_attachment [list \
    ids [list array [list [list int [env BUG]]]] \
    data [list base64 [base64::encode [read_file $env(CLIENT_FILE)]]] \
    file_name [list string [escaped [env FILE_NAME]]] \
    summary [list string [escaped [env SUMMARY]]] \
    content_type {string application/octet-stream}]]
set id [lindex [field ids $created] 0]
report upload $id
set attachment [one $id]
set file [open $env(CLIENT_DOWNLOAD) wb]
puts -nonewline $file [base64::decode [field data $attachment]]
close $file
report download [unescaped [field file_name $attachment]] [unescaped [field summary $attachment]]
update $id + 1 [list summary [list string [escaped [env NEW_SUMMARY]]]]
report_state update [one $id]
update $id X 0 {}
report_state clear [one $id]
