using System.Text;
using Lab.Network;
using Lab.Xmpp;

namespace Lab.Tests;

public class ServerStoreTests
{
    [Fact]
    public void Accounts_are_numbered_from_zero_and_found_without_regard_to_case()
    {
        var store = new ServerStore();
        for (int i = 0; i < 3000; i++) Assert.Equal(i, store.AddAccount($"user-{i}", "secret"));
        for (int i = 0; i < 3000; i++) Assert.Equal(i, store.Find(Encoding.UTF8.GetBytes($"USER-{i}")));
        Assert.Equal(-1, store.Find("user-3000"u8));
        Assert.Equal(-1, store.Find(""u8));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("Alice")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("a/b")]
    public void A_name_that_is_taken_or_no_local_part_is_a_bug(string local)
    {
        var store = new ServerStore();
        store.AddAccount("alice", "secret");
        Assert.Throws<ArgumentException>(() => store.AddAccount(local, "secret"));
    }

    [Theory]
    [InlineData(0, "2000-01-01T00:00:00Z")]
    [InlineData(59, "2000-02-29T00:00:00Z")]
    [InlineData(60, "2000-03-01T00:00:00Z")]
    [InlineData(365, "2000-12-31T00:00:00Z")]
    [InlineData(366, "2001-01-01T00:00:00Z")]
    [InlineData(366 + 365 + 365 + 365 + 59, "2004-02-29T00:00:00Z")]
    [InlineData(36_525 + 58, "2100-02-28T00:00:00Z")]
    [InlineData(36_525 + 59, "2100-03-01T00:00:00Z")]
    public void A_moment_of_the_run_is_written_as_a_date_from_2000_on(int days, string stamp)
    {
        var writer = new XmppWriter(new BufferPool());
        writer.Moment(Instant.Zero + Duration.FromHours(24) * days);
        Assert.Equal(stamp, Encoding.UTF8.GetString(writer.Written));
    }
}
