namespace Lab.Tests;

/// <summary>For what needs the recorded traces of Mahimahi, which are under the GPL and so lie beside the
/// repository.</summary>
internal sealed class RecordedTheoryAttribute : TheoryAttribute
{
    public RecordedTheoryAttribute() => Skip = Directory.Exists(Folder) ? null : $"there is no folder {Folder}";

    public static string Folder { get; } = Path.GetFullPath(
        Path.Combine(RepositoryRoot.Path, "..", "shared", "facts", "traces"));
}
