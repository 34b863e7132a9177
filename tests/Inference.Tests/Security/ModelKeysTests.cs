using System.Security.Cryptography;
using Inference.Security;
using Inference.TestSupport;

namespace Inference.Tests.Security;

public sealed class ModelKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _data = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _context = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task FromFile_RawHexOrBase64_IsTheSameKey()
    {
        IModelKeyProvider[] forms =
        [
            ModelKeys.FromFile(Private("raw", _key)),
            ModelKeys.FromFile(Private("hex", Convert.ToHexString(_key))),
            ModelKeys.FromFile(Private("lower", Convert.ToHexStringLower(_key) + "\n")),
            ModelKeys.FromFile(Private("base64", Convert.ToBase64String(_key))),
            ModelKeys.FromFile(Private("line", " " + Convert.ToBase64String(_key) + "\r\n")),
        ];
        foreach (IModelKeyProvider a in forms)
        {
            WrappedKey wrapped = await a.WrapAsync(_data, _context);
            Assert.Matches("^key-[0-9a-f]{16}$", wrapped.KeyId);
            foreach (IModelKeyProvider b in forms)
            {
                Assert.Equal(_data, await b.UnwrapAsync(wrapped, _context));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("too short")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    [InlineData("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQ==")]
    public async Task FromFile_NoKey_IsRefusedWithoutItsText(string text)
    {
        KeyException error = await Assert.ThrowsAsync<KeyException>(async () => await ModelKeys.FromFile(Private("bad", text)).WrapAsync(_data, _context));
        Assert.Contains("Key file '", error.Message, StringComparison.Ordinal);
        Assert.True(text.Length == 0 || !error.Message.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>32 characters are a password, or the digits of half a key: too little to be one.</summary>
    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("correct horse battery staple 42!")]
    [InlineData("correct horse battery staple 42\n")]
    [InlineData("                               \r")]
    public async Task FromFile_ThirtyTwoCharactersOfText_IsRefused(string text)
    {
        Assert.Equal(32, text.Length);
        KeyException error = await Assert.ThrowsAsync<KeyException>(async () => await ModelKeys.FromFile(Private("text", text)).WrapAsync(_data, _context));
        Assert.Contains("got 32 characters of text, which are a password or half a key.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Trim() is { Length: > 0 } visible ? visible : "none", error.Message, StringComparison.Ordinal);
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        bytes[7] = 0x80;
        Assert.NotNull(await ModelKeys.FromFile(Private("bytes", bytes)).WrapAsync(_data, _context));
    }

    [UnixFact]
    public async Task FromFile_OpenToOthers_IsRefusedUnlessAllowed()
    {
        string path = Private("open", _key);
        foreach (UnixFileMode mode in new[] { UnixFileMode.OtherRead, UnixFileMode.OtherWrite, UnixFileMode.GroupWrite })
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
            }

            KeyException error = await Assert.ThrowsAsync<KeyException>(async () => await ModelKeys.FromFile(path).WrapAsync(_data, _context));
            Assert.Contains("expected a file that only its owner can read and write, got mode 6", error.Message, StringComparison.Ordinal);
            Assert.NotNull(await ModelKeys.FromFile(path, requirePrivate: false).WrapAsync(_data, _context));
        }
    }

    [Fact]
    public async Task FromFile_MissingOrReplaced_IsNoticed()
    {
        string path = Private("key", _key);
        IModelKeyProvider keys = ModelKeys.FromFile(path);
        WrappedKey wrapped = await keys.WrapAsync(_data, _context);
        Private("key", RandomNumberGenerator.GetBytes(32));
        Assert.Contains($"expected the key '{wrapped.KeyId}', got 'key-", (await Assert.ThrowsAsync<KeyException>(async () => await keys.UnwrapAsync(wrapped, _context))).Message, StringComparison.Ordinal);
        File.Delete(path);
        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnwrapAsync(wrapped, _context));
    }

    [Fact]
    public async Task Unwrap_AnythingChanged_IsRefused()
    {
        IModelKeyProvider keys = ModelKeys.FromFile(Private("key", _key), "mine");
        WrappedKey wrapped = await keys.WrapAsync(_data, _context);
        Assert.Equal("mine", wrapped.KeyId);
        for (int i = 0; i < wrapped.Bytes.Length; i++)
        {
            byte[] changed = wrapped.Bytes.ToArray();
            changed[i] ^= 1;
            await Assert.ThrowsAsync<KeyException>(async () => await keys.UnwrapAsync(new("mine", changed), _context));
        }

        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnwrapAsync(new("mine", wrapped.Bytes[..^1]), _context));
        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnwrapAsync(new("yours", wrapped.Bytes), _context));
        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnwrapAsync(wrapped, RandomNumberGenerator.GetBytes(32)));

        // The same key under another id: the id is authenticated.
        await Assert.ThrowsAsync<KeyException>(async () => await ModelKeys.FromFile(Private("key", _key), "yours").UnwrapAsync(new("yours", wrapped.Bytes), _context));
    }

    [Fact]
    public async Task FromEnvironment_Variable_IsReadForEachUse()
    {
        string variable = $"INFERENCE_TEST_KEY_{Guid.NewGuid():N}";
        IModelKeyProvider keys = ModelKeys.FromEnvironment(variable);
        Assert.Contains(variable, (await Assert.ThrowsAsync<KeyException>(async () => await keys.WrapAsync(_data, _context))).Message, StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(variable, Convert.ToBase64String(_key));
        WrappedKey wrapped = await keys.WrapAsync(_data, _context);
        Assert.Equal(_data, await keys.UnwrapAsync(wrapped, _context));
        Environment.SetEnvironmentVariable(variable, null);
        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnwrapAsync(wrapped, _context));
    }

    [Fact]
    public async Task Ring_OldAndNewKey_WrapsWithTheFirstAndUnwrapsBoth()
    {
        IModelKeyProvider old = ModelKeys.FromFile(Private("old", _key));
        IModelKeyProvider current = ModelKeys.FromFile(Private("new", RandomNumberGenerator.GetBytes(32)));
        IModelKeyProvider ring = ModelKeys.Ring(current, old);
        WrappedKey before = await old.WrapAsync(_data, _context);
        WrappedKey after = await ring.WrapAsync(_data, _context);
        Assert.Equal(_data, await ring.UnwrapAsync(before, _context));
        Assert.Equal(_data, await ring.UnwrapAsync(after, _context));
        Assert.Equal(_data, await current.UnwrapAsync(after, _context));
        Assert.Contains("None of 1 key providers", (await Assert.ThrowsAsync<KeyException>(async () => await ModelKeys.Ring(current).UnwrapAsync(before, _context))).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Private(string name, string text) => Private(name, System.Text.Encoding.UTF8.GetBytes(text));

    private string Private(string name, byte[] content)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
