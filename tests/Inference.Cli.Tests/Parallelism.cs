// Tests replace the console's writers, which belong to the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
