using System.Security.Cryptography;
using System.Text;
using Inference.Security;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Tests.Security;

public sealed class SubjectKeysTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _data = Encoding.UTF8.GetBytes("the subject's income is 4711");
    private readonly byte[] _context = "row 1"u8.ToArray();

    public static TheoryData<string?, string?> Owners => new() { { null, null }, { "acme", null }, { null, "ana" }, { "acme", "ana" }, { "", "" }, { "ana", "acme" } };

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task Unprotect_WhatWasProtected_IsTheData(string? tenant, string? subject)
    {
        using SubjectKeys keys = await OpenAsync();
        byte[] entry = await keys.ProtectAsync(new DataOwner(tenant, subject), _context, _data);
        Assert.Equal(_data.Length + SubjectKeys.OverheadBytes, entry.Length);
        Assert.Equal(-1, entry.AsSpan().IndexOf("income"u8));
        Assert.Equal(_data, await keys.UnprotectAsync(_context, entry));
        Assert.Equal(entry, await keys.ProtectAsync(new DataOwner(tenant, subject), _context, _data));
        Assert.NotEqual(entry, await keys.ProtectAsync(new DataOwner(tenant, subject), "row 2"u8.ToArray(), _data));

        using SubjectKeys again = await OpenAsync();
        Assert.Equal(_data, await again.UnprotectAsync(_context, entry));
    }

    [Fact]
    public async Task Unprotect_AnyChange_IsRefused()
    {
        using SubjectKeys keys = await OpenAsync();
        byte[] entry = await keys.ProtectAsync(new DataOwner("acme", "ana"), _context, _data);
        await keys.EnsureAsync([new DataOwner("other", "ben")]);
        for (int i = 0; i < entry.Length; i++)
        {
            byte[] changed = [.. entry];
            changed[i] ^= 0x10;
            if (i is >= 1 and < 33)
            {
                // Names a key that is not there.
                Assert.Null(await keys.UnprotectAsync(_context, changed));
            }
            else
            {
                await Assert.ThrowsAsync<KeyException>(async () => await keys.UnprotectAsync(_context, changed));
            }
        }

        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnprotectAsync("row 2"u8.ToArray(), entry));
        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnprotectAsync(_context, entry.AsMemory(0, 40)));

        // The owner's ids of another entry: its keys are there.
        byte[] other = await keys.ProtectAsync(new DataOwner("other", "ben"), _context, _data);
        byte[] mixed = [.. entry[..1], .. other[1..33], .. entry[33..]];
        await Assert.ThrowsAsync<KeyException>(async () => await keys.UnprotectAsync(_context, mixed));
    }

    [Fact]
    public async Task Destroy_Subject_LeavesTheOthers()
    {
        using SubjectKeys keys = await OpenAsync();
        using SubjectKeys process = await OpenAsync();
        byte[] ana = await keys.ProtectAsync(new DataOwner("acme", "ana"), _context, _data);
        byte[] ben = await keys.ProtectAsync(new DataOwner("acme", "ben"), _context, _data);
        byte[] tenant = await keys.ProtectAsync(new DataOwner("acme", null), _context, _data);
        byte[] elsewhere = await keys.ProtectAsync(new DataOwner("emca", "ben"), _context, _data);
        Assert.Equal(_data, await process.UnprotectAsync(_context, ana));

        Assert.True(await keys.DestroyAsync(DataOwner.OfSubject("ana")));
        Assert.False(await keys.DestroyAsync(DataOwner.OfSubject("ana")));
        Assert.Null(await keys.UnprotectAsync(_context, ana));
        Assert.False(await process.DestroyAsync(DataOwner.OfSubject("ana")));
        Assert.Null(await process.UnprotectAsync(_context, ana));
        Assert.Equal(_data, await process.UnprotectAsync(_context, ben));

        Assert.True(await process.DestroyAsync(DataOwner.OfTenant("acme")));
        Assert.Null(await keys.UnprotectAsync(_context, ben));
        Assert.Null(await keys.UnprotectAsync(_context, tenant));
        Assert.Equal(_data, await keys.UnprotectAsync(_context, elsewhere));

        using SubjectKeys later = await OpenAsync();
        Assert.Null(await later.UnprotectAsync(_context, ana));
        Assert.Equal(_data, await later.UnprotectAsync(_context, elsewhere));
    }

    [Fact]
    public async Task Destroy_ThenAgainInUse_OldEntriesStayErased()
    {
        using SubjectKeys keys = await OpenAsync();
        using SubjectKeys process = await OpenAsync();
        byte[] old = await keys.ProtectAsync(DataOwner.OfSubject("ana"), _context, _data);
        Assert.Equal(_data, await process.UnprotectAsync(_context, old));
        await keys.DestroyAsync(DataOwner.OfSubject("ana"));
        byte[] next = await keys.ProtectAsync(DataOwner.OfSubject("ana"), _context, _data);
        Assert.NotEqual(old, next);

        // The other process knows the place of the key that was destroyed.
        Assert.Equal(_data, await process.UnprotectAsync(_context, next));
        Assert.Null(await process.UnprotectAsync(_context, old));
        Assert.Null(await keys.UnprotectAsync(_context, old));
    }

    [Fact]
    public async Task Destroy_FilesHoldNoByteOfTheKey()
    {
        using SubjectKeys keys = await OpenAsync();
        await keys.EnsureAsync([DataOwner.OfSubject("ana"), DataOwner.OfSubject("ben")]);
        byte[] before = File.ReadAllBytes(_folder.File("subjects.keys"));
        Assert.Equal(-1, before.AsSpan().IndexOf("ana"u8));
        Assert.Equal(256, before.Length);
        await keys.DestroyAsync(DataOwner.OfSubject("ana"));
        await keys.DestroyAsync(DataOwner.OfSubject("ben"));
        Assert.All(File.ReadAllBytes(_folder.File("subjects.keys")), static b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task Ensure_ByManyAtOnce_MakesEachKeyOnce()
    {
        using SubjectKeys a = await OpenAsync();
        using SubjectKeys b = await OpenAsync();
        DataOwner[] owners = [.. Enumerable.Range(0, 700).Select(static i => DataOwner.OfSubject($"subject {i}"))];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await (i % 2 == 0 ? a : b).EnsureAsync(owners))));
        Assert.Equal(700 * 128, new FileInfo(_folder.File("subjects.keys")).Length);
        Assert.Equal(_data, await b.UnprotectAsync(_context, await a.ProtectAsync(owners[699], _context, _data)));
    }

    [Fact]
    public async Task Open_AfterATornSlot_OverwritesIt()
    {
        byte[] entry;
        using (SubjectKeys keys = await OpenAsync())
        {
            entry = await keys.ProtectAsync(DataOwner.OfSubject("ana"), _context, _data);
        }

        using (FileStream file = File.Open(_folder.File("subjects.keys"), FileMode.Append))
        {
            file.Write(RandomNumberGenerator.GetBytes(77));
        }

        using SubjectKeys again = await OpenAsync();
        byte[] ben = await again.ProtectAsync(DataOwner.OfSubject("ben"), _context, _data);
        Assert.Equal(256, new FileInfo(_folder.File("subjects.keys")).Length);
        Assert.Equal(_data, await again.UnprotectAsync(_context, entry));
        Assert.Equal(_data, await again.UnprotectAsync(_context, ben));
    }

    [Fact]
    public async Task Open_WithAnotherKey_IsRefused()
    {
        (await OpenAsync()).Dispose();
        await Assert.ThrowsAsync<KeyException>(async () => await SubjectKeys.OpenAsync(_folder.Path, Provider("other")));
        foreach (byte[] damaged in new[] { [], File.ReadAllBytes(_folder.File("root.key"))[..20], RandomNumberGenerator.GetBytes(99) })
        {
            File.WriteAllBytes(_folder.File("root.key"), damaged);
            await Assert.ThrowsAsync<KeyException>(OpenAsync);
        }
    }

    [Fact]
    public async Task Rewrap_ByARing_OpensWithTheNewKeyAlone()
    {
        byte[] entry;
        using (SubjectKeys keys = await OpenAsync())
        {
            entry = await keys.ProtectAsync(DataOwner.OfSubject("ana"), _context, _data);
        }

        await SubjectKeys.RewrapAsync(_folder.Path, ModelKeys.Ring(Provider("next"), Provider("current")));
        await Assert.ThrowsAsync<KeyException>(OpenAsync);
        using SubjectKeys again = await SubjectKeys.OpenAsync(_folder.Path, Provider("next"));
        Assert.Equal(_data, await again.UnprotectAsync(_context, entry));
    }

    [Fact]
    public async Task Destroy_BothOrNone_IsRefused()
    {
        using SubjectKeys keys = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await keys.DestroyAsync(new DataOwner("acme", "ana")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await keys.DestroyAsync(default));
    }

    [Fact]
    public async Task AddSubjectKeys_OpensAtFirstUse()
    {
        await using ServiceProvider services = new ServiceCollection().AddSingleton(Provider("current")).AddSubjectKeys(_folder.File("keys")).BuildServiceProvider();
        ISubjectKeys keys = services.GetRequiredService<ISubjectKeys>();
        Assert.False(Directory.Exists(_folder.File("keys")));
        Assert.Equal(_data, await keys.UnprotectAsync(_context, await keys.ProtectAsync(DataOwner.OfSubject("ana"), _context, _data)));
        await using ServiceProvider without = new ServiceCollection().AddSubjectKeys(_folder.File("keys")).BuildServiceProvider();
        Assert.Contains("IModelKeyProvider", Assert.Throws<InferenceException>(without.GetRequiredService<ISubjectKeys>).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<SubjectKeys> OpenAsync() => await SubjectKeys.OpenAsync(_folder.Path, Provider("current"));

    private static IModelKeyProvider Provider(string name) => new TestKeyProvider(name);
}
