namespace Lab.Reports;

/// <summary>A report could not be written; the message says where and why, in words for the person at the
/// console.</summary>
public sealed class ReportFailure(string message, Exception cause) : Exception(message, cause);
