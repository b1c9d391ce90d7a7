namespace Lab.Tests;

public sealed partial class MistakesTests
{
    /// <summary>The table goes on: what a new session is loaded with.</summary>
    private const string Logins = """
        ## logins
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, login: {room: 9KiB}}}}
            1:86: a login that asks for nothing: give roster, archive or rooms
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, login: {roster: 1MiB, archive: 1B, page: 0, rooms: -1, room: 0B}}}}
            1:95: roster must be between 1KiB and 1000KiB, found '1MiB'
            1:110: archive must be between 1KiB and 256MiB, found '1B'
            1:120: page must be between 1 and 1000, found '0'
            1:130: rooms must be between 0 and 1000, found '-1'
            1:140: room: a size cannot be 0 (for a queue without limit write unlimited)
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, account: alice, login: {roster: 9KiB}}, laptop: {server: example.org, account: alice, login: {roster: 8KiB}}, pad: {server: example.org, account: alice}}}
            1:172: laptop and phone share the account 'alice', whose contacts, archive and rooms are the same for both: give both the same login, or one of them none
        topology: one-phone => topology: {servers: {example.org: {}}, clients: {phone: {server: example.org, login: {rosters: 9KiB}}}}
            1:87: unknown key 'rosters' in topology.clients.phone.login, expected one of roster, archive, page, rooms, room; did you mean 'roster'?
        from: phone, to: echo@example.org => send: presence, from: phone, to: echo@example.org
            10:39: an echo account does nothing with presence; send it to a client
        """;
}
