using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastPath.Cli.Bench.Comparison;

/// <summary>TLS for comparison: a certificate that is made in memory and that nobody but this process trusts.</summary>
internal static class SelfSigned
{
    public const string Host = "localhost";

    private const int ValidDays = 1;

    public static SslServerAuthenticationOptions Server { get; } = new() { ServerCertificate = Create() };

    /// <summary>No chain to verify: what is measured is the cipher, between two ends of one program on one machine.</summary>
    public static SslClientAuthenticationOptions Client { get; } = new()
    {
        TargetHost = Host,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == $"CN={Host}",
    };

    private static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-ValidDays), now.AddDays(ValidDays));

        // A key that was never exported cannot be used for TLS on every platform.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
