using System.Text;
using Lab.Network;

namespace Lab.Xmpp;

/// <summary>What survives a restart of the server's process: accounts, offline messages, and for each lost stream
/// management session its id and last h (what Prosody keeps).</summary>
public sealed class ServerStore
{
    /// <summary>Lost sessions remembered per account; the oldest goes first (Prosody: 10).</summary>
    internal const int RememberedSessions = 10;

    private readonly List<StoredAccount> accounts = [];

    // Open addressing by local part, linear probing, at most half full. A slot holds number + 1, 0 = free, and half of
    // the hash, so that a probe seldom touches an account that is not the one.
    private (int Next, uint Tag)[] slots = new (int, uint)[16];

    /// <summary>Adds local@ each served domain; returns the account's number, from 0 on. A name taken throws.</summary>
    /// <param name="login">What its sessions are loaded with when they ask; null = an empty contact list.</param>
    /// <param name="shared">Several devices use it: the server tells which of them it hands each message to.</param>
    public int AddAccount(string local, string password, bool shared = false, LoginLoad? login = null)
    {
        byte[] name = Encoding.UTF8.GetBytes(local);
        if (!Jid.TryParse(name, out Jid jid) || jid.Local.Length + jid.Resource.Length > 0)
            throw new ArgumentException($"'{local}' is not the local part of an address", nameof(local));
        if (Find(name) >= 0) throw new ArgumentException($"account '{local}' exists", nameof(local));
        accounts.Add(new StoredAccount(name, password, shared, login));
        if (accounts.Count * 2 > slots.Length)
        {
            slots = new (int, uint)[slots.Length * 2];
            for (int i = 0; i < accounts.Count - 1; i++) Enter(i);
        }
        Enter(accounts.Count - 1);
        return accounts.Count - 1;
    }

    internal int Count => accounts.Count;

    internal StoredAccount this[int account] => accounts[account];

    /// <summary>SCRAM salt of this server, drawn once: clients may keep their salted passwords over restarts.</summary>
    internal byte[] Salt { get; set; } = [];

    /// <summary>Servers that ran on this store so far.</summary>
    internal int Starts { get; set; }

    /// <summary>The account of a local part, ASCII letters compared without case, or -1.</summary>
    internal int Find(ReadOnlySpan<byte> local) => slots[Slot(local, Hash(local))].Next - 1;

    private void Enter(int account)
    {
        ulong hash = Hash(accounts[account].Local);
        slots[Slot(accounts[account].Local, hash)] = (account + 1, (uint)(hash >> 32));
    }

    private int Slot(ReadOnlySpan<byte> local, ulong hash)
    {
        int mask = slots.Length - 1, slot = (int)hash & mask;
        uint tag = (uint)(hash >> 32);
        while (slots[slot] is (> 0, _) taken
            && !(taken.Tag == tag && Jid.SameText(accounts[taken.Next - 1].Local, local))) slot = (slot + 1) & mask;
        return slot;
    }

    private static ulong Hash(ReadOnlySpan<byte> local)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in local) hash = (hash ^ Jid.Fold(b)) * 0x100000001B3;
        return (hash ^ (hash >> 29)) * 0x9FB21C651E98DF25;
    }
}

internal sealed class StoredAccount(byte[] local, string password, bool shared, LoginLoad? login)
{
    private readonly List<LostSession> lost = [];

    public byte[] Local { get; } = local;
    public string Password { get; } = password;
    public bool IsShared { get; } = shared;
    public LoginLoad? Login { get; } = login;

    /// <summary>Derived when a mechanism is first used.</summary>
    public List<ScramKeys> Keys { get; } = [];

    /// <summary>Messages that wait for the account, delay stamp included, oldest first.</summary>
    public List<OfflineMessage> Offline { get; } = [];

    /// <summary>The contact list, as it is written, in the order of adding.</summary>
    public List<(byte[] Jid, byte[] Item)> Roster { get; } = [];

    public void Remember(UInt128 id, uint handled)
    {
        Forget(id);
        if (lost.Count == ServerStore.RememberedSessions) lost.RemoveAt(0);
        lost.Add(new LostSession(id, handled));
    }

    public void Forget(UInt128 id) => lost.RemoveAll(session => session.Id == id);

    public bool TryRecall(UInt128 id, out uint handled)
    {
        int at = lost.FindIndex(session => session.Id == id);
        handled = at < 0 ? 0 : lost[at].Handled;
        return at >= 0;
    }

    private readonly record struct LostSession(UInt128 Id, uint Handled);
}

/// <summary>A stored message; Domain is the index of the served domain it was addressed to.</summary>
internal readonly record struct OfflineMessage(byte[] Stanza, long Number, int Domain, Instant FirstAttempt);
