namespace Lab.Network;

/// <summary>What an <see cref="Entry"/> says.</summary>
public enum EntryKind : ushort
{
    None,
}
