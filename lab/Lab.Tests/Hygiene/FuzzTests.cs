namespace Lab.Tests;

/// <summary>
/// make fuzz finds tests by a trait; one that asks for cases and does not carry it would never run long.
/// </summary>
public sealed class FuzzTests
{
    [Fact]
    public void Every_test_that_asks_for_random_cases_is_found_by_make_fuzz()
    {
        string[] missing = [.. Sources.Of("Lab.Tests").Where(s => s.Path is not ("Fuzz.cs" or "Hygiene/FuzzTests.cs"))
            .Where(s => s.Text.Contains(".Try("))
            .Where(s => !s.Text.Contains("[Trait(Fuzz.Category, Fuzz.Random)]")).Select(s => s.Path)];
        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    [Fact]
    public void A_failure_names_its_seed()
    {
        ulong failing = 0;
        string said = Assert.Throws<InvalidOperationException>(() => Fuzz.Try(10, seed =>
        {
            if (++failing == 7) throw new FormatException($"not so with {failing = seed}");
        })).Message;
        Assert.Equal($"seed {failing} fails, LAB_FUZZ_FIRST={failing} begins there: not so with {failing}", said);
    }
}
