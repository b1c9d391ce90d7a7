using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Lab.Reports;

/// <summary>What stands in one column of a row; NaN is NULL.</summary>
internal readonly struct Cell
{
    /// <summary>NULL.</summary>
    public static readonly Cell None;

    private readonly long integer;
    private readonly double real;
    private readonly string? text;
    private readonly byte kind;       // 0 = NULL, 1 = integer, 2 = real, 3 = text

    private Cell(long integer) => (this.integer, kind) = (integer, 1);

    private Cell(double real) => (this.real, kind) = (real, double.IsNaN(real) ? (byte)0 : (byte)2);

    private Cell(string? text) => (this.text, kind) = (text, text is null ? (byte)0 : (byte)3);

    public static implicit operator Cell(long value) => new(value);
    public static implicit operator Cell(int value) => new((long)value);
    public static implicit operator Cell(long? value) => value is { } n ? new(n) : default;
    public static implicit operator Cell(double value) => new(value);
    public static implicit operator Cell(double? value) => new(value ?? double.NaN);
    public static implicit operator Cell(bool value) => new(value ? 1L : 0L);
    public static implicit operator Cell(string? value) => new(value);

    /// <summary>Columns count from 1.</summary>
    public int BindTo(sqlite3_stmt statement, int column) => kind switch
    {
        1 => raw.sqlite3_bind_int64(statement, column, integer),
        2 => raw.sqlite3_bind_double(statement, column, real),
        3 => raw.sqlite3_bind_text(statement, column, text),
        _ => raw.sqlite3_bind_null(statement, column),
    };
}

/// <summary>
/// One prepared INSERT, used again for each row. It calls SQLite without ADO.NET's parameters, whose names would be
/// looked up for each value of hundreds of thousands of rows.
/// </summary>
internal sealed class Insert : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3_stmt statement;

    public Insert(SqliteConnection connection, string table, int columns)
    {
        this.connection = connection;
        Check(raw.sqlite3_prepare_v2(connection.Handle,
            $"INSERT INTO {table} VALUES ({string.Join(", ", Enumerable.Repeat("?", columns))})", out statement));
    }

    public void Row(params ReadOnlySpan<Cell> cells)
    {
        for (int i = 0; i < cells.Length; i++) Check(cells[i].BindTo(statement, i + 1));
        int outcome = raw.sqlite3_step(statement);
        if (outcome != raw.SQLITE_DONE) Check(outcome);
        raw.sqlite3_reset(statement);
    }

    public void Dispose() => statement.Dispose();

    private void Check(int outcome) => SqliteException.ThrowExceptionForRC(outcome, connection.Handle);
}
