# Perl's RPC::XML.
use strict;
use warnings;
use utf8;
use RPC::XML;
use RPC::XML::Client;

binmode STDOUT, ':utf8';
$RPC::XML::ENCODING = 'utf-8';
my $client = RPC::XML::Client->new($ARGV[0]);

sub call {
    my ($method, @params) = @_;
    my $answer = $client->send_request("validator1.$method", @params);
    die "$answer\n" if not ref $answer;
    die $answer->string . "\n" if $answer->is_fault;
    return $answer;
}

sub say_words { print join("\t", @_), "\n" }

sub members { my ($struct) = @_; return map { "$_=$struct->{$_}" } sort keys %$struct }

my $odd = "<&> \x{fc} \x{4e16}\x{754c}";
my %stooges = (moe => 1, larry => 2, curly => 3);
my $counted = "<<<>>&&&&'\"\"";
my $bytes = join '', map { chr } 0 .. 255;

say_words('arrayOfStructsTest', call('arrayOfStructsTest', [\%stooges, \%stooges, {%stooges, curly => -10}])->value);
say_words('countTheEntities', members(call('countTheEntities', $counted)->value));
say_words('easyStructTest', call('easyStructTest', \%stooges)->value);
say_words('echoStructTest', members(call('echoStructTest', {%stooges, text => RPC::XML::string->new($odd)})->value));
my @types = @{ call(
    'manyTypesTest', RPC::XML::int->new(42), RPC::XML::boolean->new(1), RPC::XML::string->new($odd),
    RPC::XML::double->new(-1.5), RPC::XML::datetime_iso8601->new('20260102T03:04:05'), RPC::XML::base64->new($bytes),
) };
my @names = map { ref } @types;
die "@names\n" if "@names" ne join ' ', map { "RPC::XML::$_" } qw(int boolean string double datetime_iso8601 base64);
my @values = map { $_->value } @types;
say_words('manyTypesTest', @values[0 .. 4], unpack('H*', $values[5]));
say_words('moderateSizeArrayCheck', call('moderateSizeArrayCheck', [map { RPC::XML::string->new("text $_") } 0 .. 199])->value);
my $days = { '31' => { moe => 9 }, '01' => \%stooges };
say_words('nestedStructTest', call('nestedStructTest', { '1999' => {}, '2000' => { '03' => {}, '04' => $days } })->value);
say_words('simpleStructReturnTest', members(call('simpleStructReturnTest', 7)->value));
