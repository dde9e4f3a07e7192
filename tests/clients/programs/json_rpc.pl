# JSON::RPC, in the version of JSON-RPC that the argument names.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use JSON::RPC::Legacy::Client;
use MIME::Base64;
use steps;

my $client = JSON::RPC::Legacy::Client->new;
$client->version($ARGV[0]);

sub call {
    my ($method, $params) = @_;
    my $sent = {method => $method, params => $ARGV[0] eq '1.0' ? [$params] : $params, id => 'a-1'};
    my $answer = $client->call("${steps::url}jsonrpc.cgi", $sent) or die $client->status_line . "\n";
    die $answer->error_message->{message} . "\n" if $answer->is_error;
    return $answer->result;
}

steps::take(\&call, sub { $_[0] }, sub { encode_base64($_[0]) }, sub { decode_base64($_[0]) });
