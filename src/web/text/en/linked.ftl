## The accounts that somebody had at portals before.

linked-title = Accounts you had before
linked-lead = Accounts at portals that you opened before you signed in here. Each portal sees only your account there.
linked-empty = No account is linked
linked-empty-next = If a portal sent you a code for your old account, enter it here.
linked-new = Link an account
linked-since = Linked on { $when }
linked-back-to-portals = Back to connected portals
linked-new-title = Link an account you had at a portal
linked-new-what = Enter the code that the portal gave you for your account. It works once.
linked-code = Code from the portal
linked-offered = This code is for an account here:
linked-meaning = Link it only if it is yours. From then on the portal knows that this account is yours. You can end this at any time.
linked-confirm = Yes, it is mine
linked-cancel = Not mine
linked-back = Back to your accounts
linked-end = End the link
linked-end-title = End the link?
linked-end-what = { $portal } will no longer be told that the account { $account } is yours.
linked-end-kept = What the portal already knows stays with the portal. To link the account again, ask the portal for a new code.
linked-open = Accounts you had before
notice-account-linked = The account is linked.
notice-account-unlinked = The link has ended.
fault-wrong-link-code = The code is wrong, has expired or was used. Ask the portal for a new one.
event-account-linked = Linked an account you had at { $portal }
event-account-unlinked = Ended the link to an account at { $portal }
