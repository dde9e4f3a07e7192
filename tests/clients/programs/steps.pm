# The steps, for clients in Perl that call methods by name.
package steps;
use strict;
use warnings;
use utf8;
use Encode qw(decode_utf8);

binmode STDOUT, ':encoding(UTF-8)';

our $url = $ENV{CLIENT_URL};
our $login = $ENV{CLIENT_LOGIN};

# A value of the environment, as characters.
sub text { return decode_utf8($ENV{"CLIENT_$_[0]"}) }

sub report { print join("\t", @_), "\n"; return }

sub content {
    open my $file, '<:raw', $ENV{CLIENT_FILE} or die $!;
    local $/ = undef;
    return scalar <$file>;
}

sub save {
    open my $file, '>:raw', $ENV{CLIENT_DOWNLOAD} or die $!;
    print {$file} $_[0];
    close $file or die $!;
    return;
}

sub state {
    my ($attachment) = @_;
    my $flags = join '', map { "$_->{name}$_->{status}" } @{$attachment->{flags}};
    return (as_text($attachment->{summary}), $attachment->{is_obsolete}, $flags);
}

# Some clients hand out the bytes of a text, others its characters.
sub as_text { return utf8::is_utf8($_[0]) ? $_[0] : decode_utf8($_[0]) }

# Take all steps. $call->(METHOD, {PARAMS}) calls; the others turn a text and bytes into what the client wants, and
# bytes that it got back into bytes.
sub take {
    my ($call, $text, $to_wire, $from_wire) = @_;
    my %credentials = (Bugzilla_api_key => $ENV{CLIENT_API_KEY});
    if ($login) {
        my $user = $call->('User.login', {login => $login, password => $ENV{CLIENT_PASSWORD}});
        %credentials = (Bugzilla_token => $user->{token});
        report('login', $user->{id});
    }
    my $id;
    my $read = sub { $call->('Bug.attachments', {%credentials, @_}) };
    my $one = sub { $read->(attachment_ids => [$id])->{attachments}{$id} };
    my $update = sub { $call->('Bug.update_attachment', {%credentials, ids => [$id], @_}) };

    my $listed = $read->(ids => [$ENV{CLIENT_LIST_BUG}]);
    report('list', join ',', map { $_->{id} } @{$listed->{bugs}{$ENV{CLIENT_LIST_BUG}}});
    my $created = $call->('Bug.add_attachment', {
        %credentials,
        ids => [$ENV{CLIENT_BUG}],
        data => $to_wire->(content()),
        file_name => $text->(text('FILE_NAME')),
        summary => $text->(text('SUMMARY')),
        content_type => 'application/octet-stream',
    });
    $id = $created->{ids}[0];
    report('upload', $id);
    my $attachment = $one->();
    save($from_wire->($attachment->{data}));
    report('download', as_text($attachment->{file_name}), as_text($attachment->{summary}));
    $update->(
        summary => $text->(text('NEW_SUMMARY')), is_obsolete => 1, flags => [{name => 'review', status => '+'}],
    );
    report('update', state($one->()));
    $update->(is_obsolete => 0, flags => [{name => 'review', status => 'X'}]);
    report('clear', state($one->()));
    return;
}

1;
