using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Inference.AspNetCore.Dashboard;

/// <summary>The files of the pages, from the assembly. They hold nothing of models, and are open to all.</summary>
internal sealed class AssetFiles
{
    private const string Prefix = "dashboard/";

    // Scripts and styles are files of this server alone, nothing is loaded from elsewhere, and no other page may frame these.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private readonly FrozenDictionary<string, Lazy<Asset>> _files;

    public AssetFiles()
    {
        Assembly assembly = typeof(AssetFiles).Assembly;
        _files = assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(static name => name[Prefix.Length..], name => new Lazy<Asset>(() => Read(assembly, name)), StringComparer.Ordinal);
    }

    /// <summary>The names of the files.</summary>
    public IEnumerable<string> Names => _files.Keys;

    public Asset Find(string name) => _files[name].Value;

    /// <summary>Answers with a file.</summary>
    public async Task WriteAsync(HttpContext http, string name)
    {
        if (!_files.TryGetValue(name, out Lazy<Asset>? file))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Asset asset = file.Value;
        HttpResponse response = http.Response;
        SetHeaders(response);
        response.Headers.ETag = asset.ETag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(asset.ETag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        bool compressed = http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.OrdinalIgnoreCase);
        byte[] bytes = compressed ? asset.Compressed : asset.Bytes;
        if (compressed)
        {
            response.Headers.ContentEncoding = "br";
        }

        response.ContentType = asset.Type;
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(bytes, http.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Sets the headers that bound what a page may do.</summary>
    public static void SetHeaders(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static Asset Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new Asset(Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        }, bytes);
    }
}
