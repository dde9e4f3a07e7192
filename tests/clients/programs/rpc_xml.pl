# RPC::XML, with the argument "compress" also compressing what it sends.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use RPC::XML;
use RPC::XML::Client;
use steps;

$RPC::XML::ENCODING = 'utf-8';
my $client = RPC::XML::Client->new("${steps::url}xmlrpc.cgi");
if ($ARGV[0] eq 'compress') {
    $client->compress_requests(1);
    $client->compress_thresh(1);
}

sub call {
    my ($method, $params) = @_;
    my $answer = $client->send_request($method, RPC::XML::smart_encode($params));
    die "$answer\n" if not ref $answer;
    die $answer->string . "\n" if $answer->is_fault;
    return $answer->value;
}

steps::take(
    \&call,
    sub { RPC::XML::string->new($_[0]) },
    sub { RPC::XML::base64->new($_[0]) },
    sub { $_[0] },
);
