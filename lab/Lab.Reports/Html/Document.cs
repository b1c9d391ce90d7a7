namespace Lab.Reports;

/// <summary>A page in one file: it may fetch nothing but what is allowed.</summary>
internal static class Document
{
    /// <param name="allowed">The rest of its content security policy, after "default-src 'none'; ".</param>
    public static string Of(string title, string allowed, Html body)
    {
        Html page = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="{"default-src 'none'; " + allowed}">
            <title>{title}</title>
            <style>
            {Html.Trusted(Resources.Text("report.css"))}
            </style>
            </head>
            <body>
            {body}
            </body>
            </html>

            """;
        return page.ToString();
    }
}
