using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lab.Live;

/// <summary>
/// The run's own certification authority: made at its start, trusted by its clients and servers and by nobody else.
/// Certificates (PEM) go to the run's folder, so that real programs can be given them and captures can be read; private
/// keys go where nobody else may look, and not longer than the run lasts.
/// </summary>
internal sealed class Authority : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(7);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;
    private readonly Dictionary<string, X509Certificate2> issued = [];
    private readonly Dictionary<string, SslStreamCertificateContext> contexts = [];
    private readonly HashSet<string> foreign = [];
    private readonly string folder;
    private readonly KeyFolder keys = new();

    public Authority(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        var request = new CertificateRequest("CN=XMPP lab of one run", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        root = request.CreateSelfSigned(now.AddHours(-1), now + Validity);
        File.WriteAllText(RootFile, root.ExportCertificatePem());
    }

    /// <summary>What others must trust.</summary>
    public string RootFile => Path.Combine(folder, "ca.crt");

    public string CertificateFile(string name) => Path.Combine(folder, name + ".crt");
    public string KeyFile(string name) => Path.Combine(keys.Place, name + ".key");

    /// <summary>The certificate of a domain, or of the lab's clients; made on first use, also written.</summary>
    public X509Certificate2 Issue(string name)
    {
        if (issued.TryGetValue(name, out X509Certificate2? known)) return known;
        using var leaf = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", leaf, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));   // TLS server, TLS client
        using X509Certificate2 bare =
            request.Create(root, root.NotBefore, root.NotAfter, RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(leaf);
        File.WriteAllText(CertificateFile(name), whole.ExportCertificatePem());
        keys.Write(name + ".key", leaf.ExportPkcs8PrivateKeyPem());
        // SslStream wants a key that outlives this method
        return issued[name] = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Somebody else's server, whose certificate the lab cannot judge: its clients take any.</summary>
    public void TrustForeign(string domain) => foreign.Add(domain);

    public bool IsForeign(string domain) => foreign.Contains(domain);

    /// <summary>A client's side of TLS: the server must show this authority's certificate for the domain.</summary>
    public SslClientAuthenticationOptions ForClient(string domain) => new()
    {
        TargetHost = domain, CertificateChainPolicy = Trust(),
        ClientCertificateContext = Context("clients.lab"),
        RemoteCertificateValidationCallback = IsForeign(domain) ? (_, _, _, _) => true : null,
    };

    /// <summary>
    /// A server's side towards another one, which it shows its own certificate. Any of the peer's will do: what it is
    /// good for is asked later, and dialback needs none.
    /// </summary>
    public SslClientAuthenticationOptions ForPeer(string own, string remote) => new()
    {
        TargetHost = remote, CertificateChainPolicy = Trust(), ClientCertificateContext = Context(own),
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    /// <summary>
    /// A server's side: the client is asked for a certificate; one that shows a foreign one is refused, unless any will
    /// do; one that shows none may log in by password.
    /// </summary>
    public SslServerAuthenticationOptions ForServer(string domain, bool takesAny = false) => new()
    {
        ServerCertificateContext = Context(domain), ClientCertificateRequired = true, CertificateChainPolicy = Trust(),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            takesAny || certificate is null || errors == SslPolicyErrors.None,
    };

    /// <summary>The domains that a peer's certificate is good for: none unless this authority has signed it and it
    /// holds now.</summary>
    public IReadOnlyList<string> DomainsOf(X509Certificate2? certificate)
    {
        if (certificate is null) return [];
        using var chain = new X509Chain { ChainPolicy = Trust() };
        if (!chain.Build(certificate)) return [];
        return [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames())];
    }

    /// <summary>The run is over: its certificates stay to be read, its private keys do not.</summary>
    public void Dispose()
    {
        keys.Dispose();
        foreach (X509Certificate2 certificate in issued.Values) certificate.Dispose();
        root.Dispose();
        key.Dispose();
    }

    // its chain is worked out once, not for each connection
    private SslStreamCertificateContext Context(string name)
    {
        if (contexts.TryGetValue(name, out SslStreamCertificateContext? known)) return known;
        return contexts[name] = SslStreamCertificateContext.Create(Issue(name), null, offline: true);
    }

    private X509ChainPolicy Trust() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root },
        RevocationMode = X509RevocationMode.NoCheck,
    };
}
