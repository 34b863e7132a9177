using System.Security.Cryptography;
using System.Text;
using Inference.TestSupport;

namespace Inference.Onnx.Tests.Encryption;

public sealed class EncryptedModelTests
{
    [Fact]
    public async Task Load_EncryptedWithExternalData_ReadsAsThePlainModel()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        using var plain = OnnxModel.Load(files.Plain);
        using var secret = OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap });
        Assert.Equal(SecretModel.Contents(plain), SecretModel.Contents(secret));
        Assert.Equal("key-a", secret.KeyId);
        Assert.True(secret.IsEncrypted);
        Assert.False(plain.IsEncrypted);
        Assert.Equal([files.Secret], secret.GetExternalDataFiles());
        Assert.Equal(SecretModel.Contents(plain), files.ReadSecret(File.ReadAllBytes(files.Secret)));
        Assert.Equal([files.Secret], Directory.GetFiles(Path.GetDirectoryName(files.Secret)!));
    }

    [Fact]
    public async Task Encrypt_File_HoldsNothingOfThePlainModel()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var secret = File.ReadAllBytes(files.Secret);
        foreach (var path in Directory.GetFiles(Path.GetDirectoryName(files.Plain)!, "*", SearchOption.AllDirectories))
        {
            var plain = File.ReadAllBytes(path);
            for (var i = 0; i + 16 <= plain.Length; i += 16)
            {
                Assert.Equal(-1, secret.AsSpan().IndexOf(plain.AsSpan(i, 16)));
            }
        }

        Assert.Equal(-1, secret.AsSpan().IndexOf("nobody"u8));
        Assert.Equal(-1, secret.AsSpan().IndexOf(files.Key.Last));
    }

    [Fact]
    public async Task Encrypt_Twice_GivesDifferentFiles()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var first = File.ReadAllBytes(files.Secret);
        await files.EncryptAsync();
        var second = File.ReadAllBytes(files.Secret);
        Assert.Equal(first.Length, second.Length);
        var same = 0;
        for (var i = 200; i < first.Length; i++)
        {
            same += first[i] == second[i] ? 1 : 0;
        }

        Assert.True(same < first.Length / 64, $"{same} of {first.Length} bytes are equal");
    }

    [Fact]
    public async Task Decrypt_File_WritesTheSameFiles()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var target = Path.Combine(Directory.CreateDirectory(files.Folder.File("out")).FullName, "again.onnx");
        var written = EncryptedModel.Decrypt(files.Secret, target, files.Key.Unwrap);
        Assert.Equal(["again.onnx", "one.bin", "sub/two.bin"], written.Select(w => Path.GetRelativePath(files.Folder.File("out"), w)));
        Assert.Equal(File.ReadAllBytes(files.Plain), File.ReadAllBytes(target));
        foreach (var name in new[] { "one.bin", "sub/two.bin" })
        {
            Assert.Equal(File.ReadAllBytes(files.Folder.File("plain", name)), File.ReadAllBytes(files.Folder.File("out", name)));
        }
    }

    [Fact]
    public async Task Decrypt_DamagedLastSegment_WritesNothing()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var bytes = File.ReadAllBytes(files.Secret);
        bytes[^1] ^= 1;
        File.WriteAllBytes(files.Secret, bytes);
        var folder = Directory.CreateDirectory(files.Folder.File("out")).FullName;
        var error = Assert.Throws<OnnxFormatException>(() => EncryptedModel.Decrypt(files.Secret, Path.Combine(folder, "m.onnx"), files.Key.Unwrap));
        Assert.Contains("segment 8 of 9 is not what was written there", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Rekey_File_OpensWithTheNewKeyOnly()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var before = File.ReadAllBytes(files.Secret);
        var next = new TestKey("key-b of another length");
        await EncryptedModel.RekeyAsync(files.Secret, files.Secret, files.Key.Unwrap, next.WrapAsync);
        var after = File.ReadAllBytes(files.Secret);
        Assert.Equal(files.ReadSecret(before), files.ReadSecret(after, next));
        Assert.Equal("key-b of another length", EncryptedModel.ReadKey(after).KeyId);
        Assert.Equal(before[^30000..], after[^30000..]);
        Assert.Throws<OnnxFormatException>(() => files.ReadSecret(after));
        Assert.Throws<OnnxFormatException>(() => files.ReadSecret(before, next));
    }

    [Fact]
    public async Task Load_NoKeyOrAnother_IsRefused()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        Assert.Contains("the model is encrypted with the key 'key-a': expected a way to decrypt its data key, got none.", Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret)).Message, StringComparison.Ordinal);
        Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = new TestKey("key-a").Unwrap }));
        Assert.Contains("its header is not what was encrypted with this data key", Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = _ => new byte[32] })).Message, StringComparison.Ordinal);
        Assert.Contains("expected a data key of 32 bytes, got 16", Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = _ => new byte[16] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_KeyOfTheCaller_IsZeroedAfterwards()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        using var model = OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap });
        Assert.Equal(new byte[32], files.Key.Last);
    }

    [Fact]
    public async Task Dispose_DecryptedModel_ZeroesItsContent()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var model = OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap });
        ReadOnlyMemory<byte>[] slices = [model.SourceBytes, .. model.GetTensors().Select(t => t.GetBytes())];
        Assert.All(slices.Where(s => s.Length > 100), s => Assert.True(s.Span.ContainsAnyExcept((byte)0)));
        model.Dispose();
        Assert.All(slices, s => Assert.False(s.Span.ContainsAnyExcept((byte)0)));
    }

    [Fact]
    public async Task Load_Limits_HoldForDecryptedParts()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        Assert.Contains("MaxFileBytes", Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap, MaxFileBytes = 5000 })).Message, StringComparison.Ordinal);
        using var model = OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap, MaxExternalFileBytes = 9000 });
        Assert.Contains("MaxExternalFileBytes", Assert.Throws<OnnxFormatException>(() => SecretModel.Contents(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_LimitsOfVerifiedFiles_AreThoseOfTheParts()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(files.Secret)));
        OnnxReadOptions With(long most = 1 << 20, long external = 1 << 20, string? expected = null) =>
            new() { UnwrapKey = files.Key.Unwrap, MaxFileBytes = most, MaxExternalFileBytes = external, ExpectedFiles = new Dictionary<string, string> { ["model.onnx"] = expected ?? digest } };
        var error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret, With(most: 5000)));
        Assert.Contains("expected at most 5000 bytes (MaxFileBytes) in 'model.onnx'", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret, With(external: 9000)));
        Assert.Contains("expected at most 9000 bytes (MaxExternalFileBytes) in 'one.bin', got 12400", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<OnnxFormatException>(() => OnnxModel.Load(files.Secret, With(expected: digest.Replace(digest[0], digest[0] == 'a' ? 'b' : 'a'))));
        Assert.Contains("The file is damaged, or was replaced after it was verified.", error.Message, StringComparison.Ordinal);
        using var plain = OnnxModel.Load(files.Plain);
        using var secret = OnnxModel.Load(files.Secret, With());
        File.Delete(files.Secret);
        Assert.Equal(SecretModel.Contents(plain), SecretModel.Contents(secret));
    }

    [Theory]
    [InlineData("model", "MaxFileBytes")]
    [InlineData("data", "expected at most 9000 bytes (MaxExternalFileBytes), got 12400")]
    [InlineData("other data", "expected SHA-256 00")]
    [InlineData("unlisted data", "expected one of the 1 files that were verified, got 'one.bin'")]
    public async Task Encrypt_ReadOptions_HoldForExternalDataToo(string what, string expected)
    {
        using var files = new SecretModel();
        var model = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(files.Plain)));
        var options = what switch
        {
            "model" => new OnnxReadOptions { MaxFileBytes = 5000 },
            "data" => new OnnxReadOptions { MaxExternalFileBytes = 9000 },
            "other data" => new OnnxReadOptions { ExpectedFiles = new Dictionary<string, string> { ["model.onnx"] = model, ["one.bin"] = new('0', 64) } },
            _ => new OnnxReadOptions { ExpectedFiles = new Dictionary<string, string> { ["model.onnx"] = model } },
        };
        var error = await Assert.ThrowsAsync<OnnxFormatException>(async () => await EncryptedModel.EncryptAsync(files.Plain, files.Secret, files.Key.WrapAsync, options));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(files.Secret)!));
    }

    [Fact]
    public async Task Encrypt_ExpectedFiles_AreWhatIsEncrypted()
    {
        using var files = new SecretModel();
        string Digest(params string[] path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(files.Folder.File(["plain", .. path]))));
        var expected = new Dictionary<string, string> { ["model.onnx"] = Digest("model.onnx"), ["one.bin"] = Digest("one.bin"), ["sub/two.bin"] = Digest("sub", "two.bin") };
        await EncryptedModel.EncryptAsync(files.Plain, files.Secret, files.Key.WrapAsync, new OnnxReadOptions { ExpectedFiles = expected });
        using var plain = OnnxModel.Load(files.Plain);
        using var secret = OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap });
        Assert.Equal(SecretModel.Contents(plain), SecretModel.Contents(secret));
    }

    [UnixFact]
    public async Task Encrypt_HardLinks_OnlyIfAllowed()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Elsewhere hard links are not told from other files.
            return;
        }

        using var files = new SecretModel();
        using (var link = System.Diagnostics.Process.Start("ln", [files.Folder.File("plain", "one.bin"), files.Folder.File("elsewhere.bin")]))
        {
            await link.WaitForExitAsync();
            Assert.Equal(0, link.ExitCode);
        }

        var error = await Assert.ThrowsAsync<IOException>(async () => await files.EncryptAsync());
        Assert.Contains("is a hard link", error.Message, StringComparison.Ordinal);
        await EncryptedModel.EncryptAsync(files.Plain, files.Secret, files.Key.WrapAsync, new OnnxReadOptions { AllowHardLinks = true });
        using var plain = OnnxModel.Load(files.Plain, new OnnxReadOptions { AllowHardLinks = true });
        using var secret = OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap });
        Assert.Equal(SecretModel.Contents(plain), SecretModel.Contents(secret));
    }

    [Fact]
    public async Task Load_ExternalDataBesideTheContainer_IsNotRead()
    {
        // A model whose own location is not in the container: only what was encrypted with it counts.
        using var files = new SecretModel();
        await files.EncryptAsync();
        File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(files.Secret)!, "one.bin"), new byte[12400]);
        using var plain = OnnxModel.Load(files.Plain);
        using var secret = OnnxModel.Load(files.Secret, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap });
        Assert.Equal(SecretModel.Contents(plain), SecretModel.Contents(secret));
    }

    [Fact]
    public async Task Encrypt_EncryptedOrMissingData_IsRefused()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        await Assert.ThrowsAsync<OnnxFormatException>(async () => await EncryptedModel.EncryptAsync(files.Secret, files.Secret + "2", files.Key.WrapAsync));
        File.Delete(files.Folder.File("plain", "one.bin"));
        await Assert.ThrowsAnyAsync<Exception>(async () => await files.EncryptAsync());
        Assert.Equal([files.Secret], Directory.GetFiles(Path.GetDirectoryName(files.Secret)!));
    }

    [Fact]
    public async Task Encrypt_OverTheModelItself_ReplacesIt()
    {
        using var files = new SecretModel();
        using var plain = OnnxModel.Load(files.Plain);
        await EncryptedModel.EncryptAsync(files.Plain, files.Plain, files.Key.WrapAsync);
        using var secret = OnnxModel.Load(files.Plain, new OnnxReadOptions { UnwrapKey = files.Key.Unwrap });
        Assert.Equal(SecretModel.Contents(plain), SecretModel.Contents(secret));
    }

    [Fact]
    public void IsEncrypted_OtherFiles_IsFalse()
    {
        using var files = new SecretModel();
        Assert.False(EncryptedModel.IsEncrypted(files.Plain));
        File.WriteAllText(files.Secret, "");
        Assert.False(EncryptedModel.IsEncrypted(files.Secret));
        File.WriteAllBytes(files.Secret, [0x89, (byte)'I']);
        Assert.False(EncryptedModel.IsEncrypted(files.Secret));
        Assert.Throws<OnnxFormatException>(() => EncryptedModel.ReadKey(Encoding.UTF8.GetBytes("no model, but long enough to be one of them")));
    }

    [Fact]
    public async Task ReadKey_IdIsNotUtf8_Throws()
    {
        using var files = new SecretModel();
        await files.EncryptAsync();
        var bytes = File.ReadAllBytes(files.Secret);
        var id = bytes.AsSpan().IndexOf("key-a"u8);
        Assert.Equal("key-a", EncryptedModel.ReadKey(bytes).KeyId);
        bytes[id] = 0xFF;
        Assert.Contains("UTF-8", Assert.Throws<OnnxFormatException>(() => EncryptedModel.ReadKey(bytes)).Message, StringComparison.Ordinal);
    }
}
