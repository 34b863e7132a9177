// usage: see eng/guard.sh.
using Inference.Guard;

GuardOptions? options = GuardOptions.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(GuardOptions.Usage);
    return 64;
}

#if GUARD_PAGES
if (options.Worker is { } worker)
{
    return await Worker.RunAsync(options, worker).ConfigureAwait(false);
}

return options.Prove
    ? await Proof.RunAsync(options).ConfigureAwait(false)
    : await Parent.RunAsync(options).ConfigureAwait(false);
#else
Console.Error.WriteLine("This build has no guard pages: run eng/guard.sh.");
return 64;
#endif
