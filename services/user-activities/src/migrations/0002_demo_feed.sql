-- The feed that a fresh system shows. Times count back from now, so it is as fresh as the database.

INSERT INTO users (uuid, handle, display_name, created_at) VALUES
  ('5c1f0a52-9b7e-4d0e-8a36-1f2d3c4b5a61', 'pat', 'Pat Larkin', now() - interval '90 days'),
  ('885e612b-9830-400d-8fd1-b25cd440aa7a', 'noor', 'Noor Haddad', now() - interval '90 days'),
  ('bd8c7edd-3268-4a89-9ca9-f3657d8af8c3', 'imke', 'Imke de Vries', now() - interval '90 days'),
  ('15d59f5d-bd08-4468-a139-d13530b9f404', 'tomasz', 'Tomasz Wilk', now() - interval '90 days'),
  ('0a01b7bb-23ef-4069-8818-5045a3dd9bb7', 'adaeze', 'Adaeze Obi', now() - interval '90 days'),
  ('a8168f19-499c-47d2-8477-c8019fc4fb92', 'sol', 'Sol Marchetti', now() - interval '90 days');

INSERT INTO activities (uuid, user_uuid, message, created_at, expires_at, likes_count, reposts_count)
SELECT feed.uuid::uuid, users.uuid, feed.message, now() - age::interval, now() - age::interval + ttl::interval, likes, reposts
FROM (VALUES
  ('ca48eb5c-cf16-45ba-9301-e55784d4486b', 'noor', '12 minutes', '30 days', 14, 1,
    'The bakery on Mill Street opens at six now. I am writing this with a warm cardamom bun in the other hand.'),
  ('a3b07145-a570-49cc-b7a4-31923917e75e', 'tomasz', '47 minutes', '30 days', 9, 0,
    'Night train to Gdańsk booked. Window seat, thermos, no laptop. 🚂'),
  ('d24e70b1-08bb-43de-9f40-663055ab42c1', 'imke', '2 hours', '3 days', 3, 2,
    'Does anyone lend out a bread-sized banneton this weekend? I bring it back with a loaf in it.'),
  ('ba01c133-4780-440d-bbb3-45793c684ba3', 'adaeze', '3 hours 20 minutes', '30 days', 61, 12,
    'Finally found why the heating clicked all winter: a magpie had hidden a teaspoon in the flue.'),
  ('9bb84fea-1d6a-400b-9d1a-bcf0a5b9db92', 'pat', '5 hours', '30 days', 22, 1,
    'Swam in the lake before work. Eleven degrees. I can feel most of my toes again.'),
  ('50218290-16c2-4271-ac46-79813a5896b1', 'sol', '8 hours', '7 days', 5, 3,
    'Choir practice moves to the old fire station this Thursday, @noor and @imke. Bring a torch, the stairs are dark.'),
  ('15c5ece5-24f9-42c5-b5ca-c0be6cf6aabb', 'noor', '11 hours', '30 days', 38, 2,
    'Week three of learning the oud. The cat has stopped leaving the room, which I count as applause.'),
  ('fb5bc935-23d1-4dbb-8610-1806997f6fcd', 'tomasz', '19 hours', '7 days', 27, 4,
    'Repaired the bicycle with a zip tie and optimism. The zip tie is holding.'),
  ('7478cc41-1b53-403c-869f-a5bee5ecf23f', 'adaeze', '1 day 2 hours', '30 days', 45, 17,
    'If you photograph the harvest moon tonight: tripod, two-second timer, and lower the exposure more than you think.'),
  ('711d1767-e75d-4443-ba0c-2b0a234a7609', 'imke', '1 day 9 hours', '30 days', 33, 1,
    'Today the allotment gave us one pumpkin, nine courgettes and a very confident slug.'),
  ('fd432ac3-d093-4168-bb36-c3d63ddfb7b3', 'pat', '1 day 12 hours', '30 days', 7, 0,
    '@adaeze is the magpie all right? And the teaspoon?'),
  ('c19b2b5a-2255-43bf-bd60-9a0828db3ee1', 'sol', '2 days 4 hours', '30 days', 52, 9,
    'Library find of the month: a 1962 atlas in which somebody pencilled every ferry they ever took.'),
  ('133618f4-92a1-40ee-add5-9c8d915ca312', 'noor', '3 days 1 hour', '30 days', 16, 0,
    'Lost: one red mitten, between the tram stop and the market. Found: the will to buy better mittens.'),
  ('a906a278-4343-4151-87ec-b49a6cab442e', 'tomasz', '4 days 6 hours', '30 days', 24, 2,
    'Three loaves burnt, one perfect. Statistics never tasted so good.'),
  ('ea057803-9ab1-492d-a9a9-547d90c568e8', 'adaeze', '5 days 3 hours', '30 days', 11, 6,
    'Offering two tickets for Saturday''s shadow-puppet show, my sister has the flu. First to answer gets them.'),
  ('a8a1bf78-e19c-47c7-aa35-1cebda98cba5', 'imke', '6 days 22 hours', '30 days', 19, 1,
    'Reading every town sign aloud on the way home makes a one-hour bus ride into theatre.')
) AS feed (uuid, handle, age, ttl, likes, reposts, message)
JOIN users USING (handle);

INSERT INTO replies (uuid, activity_uuid, user_uuid, message, created_at)
SELECT feed.uuid::uuid, feed.activity_uuid::uuid, users.uuid, feed.message, now() - age::interval
FROM (VALUES
  ('66bf2206-d5d6-413d-b532-7934fb975fd4', 'ca48eb5c-cf16-45ba-9301-e55784d4486b', 'pat', '9 minutes',
    'Save me one? I pass by at half past seven.'),
  ('b0d4dd30-2457-4a6a-bcdf-b507fdf03f96', 'ca48eb5c-cf16-45ba-9301-e55784d4486b', 'imke', '6 minutes',
    'Cardamom or the ones with the burnt sugar top? This matters.'),
  ('2441aae5-c9f9-4be2-877c-111f66078527', 'd24e70b1-08bb-43de-9f40-663055ab42c1', 'tomasz', '1 hour 35 minutes',
    'Mine is free, it only ever held burnt loaves. Come by on Friday.'),
  ('070966ed-6f3a-4cc7-bfa2-3874e85deaff', 'd24e70b1-08bb-43de-9f40-663055ab42c1', 'noor', '1 hour 5 minutes',
    '@imke I have the long oval one too if you bake two.'),
  ('ceb17eee-f271-406a-ae7c-f2b028fa03bc', 'ba01c133-4780-440d-bbb3-45793c684ba3', 'sol', '3 hours',
    'Please tell me that you kept the spoon.'),
  ('53e90d69-cae9-435b-a7ef-62365c5a7f4e', '9bb84fea-1d6a-400b-9d1a-bcf0a5b9db92', 'adaeze', '4 hours 30 minutes',
    'Eleven! I would only do this for a very good photograph.'),
  ('aa0f6177-b3f5-48fe-8467-c61d95006b4d', '9bb84fea-1d6a-400b-9d1a-bcf0a5b9db92', 'sol', '4 hours 10 minutes',
    'Tomorrow again? I bring tea and @tomasz brings excuses.'),
  ('0c5daf57-d1ff-417b-9e72-26687c2fcae1', '9bb84fea-1d6a-400b-9d1a-bcf0a5b9db92', 'tomasz', '3 hours 50 minutes',
    'I have plenty of excuses, all of them warm and dry.'),
  ('baa6e6b7-746f-4439-86e1-8293053414ad', '15c5ece5-24f9-42c5-b5ca-c0be6cf6aabb', 'sol', '10 hours',
    'Cats are a strict audience. Play at the choir''s break!'),
  ('9025c591-1675-4a6f-a223-c87dcb6e15f4', '7478cc41-1b53-403c-869f-a5bee5ecf23f', 'pat', '22 hours',
    'Got it, blurred but round. Thank you for the timer tip, @adaeze.'),
  ('c2f61ba9-f841-45aa-b5d1-3f95d7cf5e73', 'fd432ac3-d093-4168-bb36-c3d63ddfb7b3', 'adaeze', '1 day 11 hours',
    'Both well. The magpie has moved on to bottle tops.'),
  ('c8f02f23-3de1-43c1-ac50-5a41e600a300', 'c19b2b5a-2255-43bf-bd60-9a0828db3ee1', 'imke', '2 days 1 hour',
    'Is it still on the shelf? I want to know whether the Harwich line is in there.'),
  ('140d904a-89db-4e9c-9182-228bf794635b', 'ea057803-9ab1-492d-a9a9-547d90c568e8', 'pat', '5 days 1 hour',
    'Me, if they are still there? My nephew would be over the moon.'),
  ('b077a29d-67b0-4877-8fe5-5e4604325def', 'ea057803-9ab1-492d-a9a9-547d90c568e8', 'adaeze', '5 days',
    'They are yours, @pat.')
) AS feed (uuid, activity_uuid, handle, age, message)
JOIN users USING (handle);

UPDATE activities SET replies_count = (SELECT count(*) FROM replies WHERE activity_uuid = activities.uuid);

INSERT INTO notifications (user_uuid, uuid, kind, activity_uuid, reply_uuid, created_at)
SELECT a.user_uuid, r.uuid, 'reply', a.uuid, r.uuid, r.created_at
FROM replies r JOIN activities a ON a.uuid = r.activity_uuid AND a.user_uuid <> r.user_uuid;

INSERT INTO notifications (user_uuid, uuid, kind, activity_uuid, reply_uuid, created_at)
SELECT u.uuid, said.uuid, 'mention', said.activity_uuid, said.reply_uuid, said.created_at
FROM (
  SELECT uuid, uuid AS activity_uuid, NULL::uuid AS reply_uuid, user_uuid, message, created_at FROM activities
  UNION ALL
  SELECT uuid, activity_uuid, uuid, user_uuid, message, created_at FROM replies
) said
JOIN users u ON said.message ~ ('@' || u.handle || '\M') AND u.uuid <> said.user_uuid
ON CONFLICT DO NOTHING; -- an author who is answered and mentioned at once already has the reply
