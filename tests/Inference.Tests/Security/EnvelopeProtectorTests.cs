using System.Security.Cryptography;
using Inference.Security;

namespace Inference.Tests.Security;

public sealed class EnvelopeProtectorTests
{
    private static readonly byte[] s_entry = "what somebody asked"u8.ToArray();

    [Fact]
    public async Task Unprotect_OwnAndOtherProcess_GivesTheEntry()
    {
        IModelKeyProvider keys = Keys("a");
        using EnvelopeProtector one = await EnvelopeProtector.CreateAsync(keys, "cache");
        using EnvelopeProtector two = await EnvelopeProtector.CreateAsync(keys, "cache");
        byte[] entry = one.Protect("tenant", s_entry);
        Assert.Equal(-1, entry.AsSpan().IndexOf(s_entry));
        Assert.NotEqual(entry, one.Protect("tenant", s_entry));
        Assert.Equal(s_entry, one.Unprotect("tenant", entry));
        Assert.Equal(s_entry, two.Unprotect("tenant", entry));
        Assert.Equal(s_entry, await two.UnprotectAsync("tenant", entry));
        Assert.Equal([], one.Unprotect(null, one.Protect(null, [])));
    }

    [Fact]
    public async Task Unprotect_OtherOwnerPurposeOrKey_IsRefused()
    {
        IModelKeyProvider keys = Keys("a");
        using EnvelopeProtector cache = await EnvelopeProtector.CreateAsync(keys, "cache");
        using EnvelopeProtector feedback = await EnvelopeProtector.CreateAsync(keys, "feedback");
        using EnvelopeProtector other = await EnvelopeProtector.CreateAsync(Keys("b"), "cache");
        byte[] entry = cache.Protect("", s_entry);
        Assert.Throws<KeyException>(() => cache.Unprotect(null, entry));
        Assert.Throws<KeyException>(() => cache.Unprotect("other", entry));
        Assert.Throws<KeyException>(() => feedback.Unprotect("", entry));
        Assert.Throws<KeyException>(() => other.Unprotect("", entry));
    }

    [Fact]
    public async Task Unprotect_AnyByteChangedOrMissing_IsRefused()
    {
        using EnvelopeProtector protector = await EnvelopeProtector.CreateAsync(Keys("a"), "cache");
        byte[] entry = protector.Protect("t", s_entry);
        for (int i = 0; i < entry.Length; i++)
        {
            byte[] changed = entry.ToArray();
            changed[i] ^= 0x10;
            Assert.ThrowsAny<InferenceException>(() => protector.Unprotect("t", changed));
            Assert.ThrowsAny<InferenceException>(() => protector.Unprotect("t", entry[..i]));
        }
    }

    [Fact]
    public async Task Unprotect_ServiceThatAnswersLater_IsAMissUntilItHasAnswered()
    {
        IModelKeyProvider inner = Keys("a");
        var answer = new TaskCompletionSource();
        IModelKeyProvider slow = ModelKeys.FromDelegates(inner.WrapAsync, async (key, context, token) =>
        {
            await answer.Task;
            return await inner.UnwrapAsync(key, context, token);
        });
        using EnvelopeProtector writer = await EnvelopeProtector.CreateAsync(inner, "cache");
        using EnvelopeProtector reader = await EnvelopeProtector.CreateAsync(slow, "cache");
        byte[] entry = writer.Protect("t", s_entry);
        Assert.Contains("not known yet", Assert.Throws<KeyException>(() => reader.Unprotect("t", entry)).Message, StringComparison.Ordinal);
        answer.SetResult();
        Assert.Equal(s_entry, await reader.UnprotectAsync("t", entry));
        Assert.Equal(s_entry, reader.Unprotect("t", entry));
    }

    [Fact]
    public async Task Dispose_Protector_RefusesFurtherUse()
    {
        EnvelopeProtector protector = await EnvelopeProtector.CreateAsync(Keys("a"), "cache");
        byte[] entry = protector.Protect("t", s_entry);
        protector.Dispose();
        Assert.Throws<ObjectDisposedException>(() => protector.Protect("t", s_entry));
        Assert.Throws<ObjectDisposedException>(() => protector.Unprotect("t", entry));
    }

    internal static IModelKeyProvider Keys(string id)
    {
        string variable = $"INFERENCE_TEST_KEY_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(variable, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        return ModelKeys.FromEnvironment(variable, id);
    }
}
