# LWP: a form read from the file while it is sent, of known length or in chunks.
use strict;
use warnings;
use HTTP::Request::Common;
use LWP::UserAgent;

$HTTP::Request::Common::DYNAMIC_FILE_UPLOAD = 1;
my $request = POST $ENV{UPLOAD_URL},
    Content_Type => 'form-data',
    Content      => [Description => $ENV{UPLOAD_DESCRIPTION}, File => [$ENV{UPLOAD_FILE}]];
$request->authorization_basic($ENV{UPLOAD_LOGIN}, $ENV{UPLOAD_PASSWORD});
$request->remove_header('Content-Length') if $ENV{UPLOAD_HOW} eq 'chunked';
print LWP::UserAgent->new->request($request)->code, "\n";
